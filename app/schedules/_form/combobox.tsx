"use client";
/** A choice among many, found by typing. Arrows move, Enter takes, Escape closes the list first. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { Input } from "../../_ui/field";
import { classNames } from "../../_ui/class-names";
import styles from "./form.module.css";

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string | undefined;
}

const mostShown = 60;

export function Combobox({
  choices,
  value,
  onChange,
  placeholder,
  disabled,
  ...control
}: {
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}) {
  const listId = useId();
  const list = useRef<HTMLUListElement>(null);
  // Undefined: closed, the label of the chosen one is shown.
  const [text, setText] = useState<string>();
  const [active, setActive] = useState(0);
  const chosen = choices.find((choice) => choice.value === value);
  const words = (text ?? "")
    .toLowerCase()
    .split(/[\s/_]+/)
    .filter(Boolean);
  const found =
    text === undefined
      ? []
      : choices.filter(({ label, hint }) => words.every((word) => `${label} ${hint ?? ""}`.toLowerCase().includes(word)));
  const shown = found.slice(0, mostShown);
  const open = text !== undefined;
  useEffect(() => {
    if (!open) return;
    // Only the list: the dialog around it, which listens at the document, stays.
    const close = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setText(undefined);
    };
    window.addEventListener("keydown", close, { capture: true });
    return () => window.removeEventListener("keydown", close, { capture: true });
  }, [open]);

  const take = (choice: Choice | undefined) => {
    if (choice) onChange(choice.value);
    setText(undefined);
  };
  const move = (to: number) => {
    const next = Math.max(0, Math.min(shown.length - 1, to));
    setActive(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) {
        setText("");
        setActive(0);
      } else move(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      if (shown[active]) take(shown[active]);
    }
  };
  return (
    <div className={styles.combobox}>
      <Input
        {...control}
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open && shown.length > 0 ? `${listId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
        placeholder={chosen?.label ?? placeholder}
        value={text ?? chosen?.label ?? value}
        onFocus={(event) => event.target.select()}
        onClick={() => !open && setText("")}
        onBlur={() => setText(undefined)}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      {open && (
        <ul ref={list} id={listId} role="listbox" className={styles.choices} aria-label="Choices">
          {shown.map((choice, index) => (
            <li
              key={choice.value}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === active}
              className={classNames(styles.choice, index === active && styles.active)}
              onPointerMove={() => setActive(index)}
              // Before the input loses the focus.
              onPointerDown={(event) => {
                event.preventDefault();
                take(choice);
              }}
            >
              <span className={styles.choiceLabel}>{choice.label}</span>
              {choice.hint !== undefined && <span className={styles.quiet}>{choice.hint}</span>}
            </li>
          ))}
          {found.length > shown.length && <li className={styles.rest}>and {found.length - shown.length} more: type on</li>}
          {found.length === 0 && <li className={styles.rest}>Nothing is called that.</li>}
        </ul>
      )}
    </div>
  );
}
