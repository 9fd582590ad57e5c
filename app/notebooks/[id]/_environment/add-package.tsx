"use client";
/** Names a package; offers what the registry finds, where it can be asked. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState, type KeyboardEvent } from "react";
import { useTRPC } from "../../../_trpc/client";
import { Button } from "../../../_ui/button";
import { Input } from "../../../_ui/field";
import styles from "./packages-tab.module.css";
import type { useChangePackages } from "./use-change-packages";

const pauseMs = 300;

export function AddPackage({
  change,
  has,
}: {
  readonly change: ReturnType<typeof useChangePackages>;
  readonly has: (name: string) => boolean;
}) {
  const trpc = useTRPC();
  const id = useId();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const [active, setActive] = useState(-1);
  const [open, setOpen] = useState(false);
  const [fault, setFault] = useState<string>();
  const words = text.trim();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words), pauseMs);
    return () => clearTimeout(timer);
  }, [words]);
  const wanted = asked.length >= 2 && !asked.slice(1).includes("@") ? asked : "";
  const search = useQuery(
    trpc.environment.search.queryOptions({ text: wanted || "-" }, { enabled: wanted !== "" && open, staleTime: 300_000, retry: 0 }),
  );
  const found = search.data?.ok && wanted !== "" ? search.data.packages.filter(({ name }) => !has(name)).slice(0, 8) : [];
  const shown = open && words !== "" ? found : [];
  const quiet = wanted !== "" && search.data && !search.data.ok ? search.data.message : undefined;

  const add = async (name: string) => {
    if (name === "") return;
    if (has(name)) return setFault(`${name} is there already.`);
    setOpen(false);
    const wrong = await change.add(name);
    setFault(wrong);
    if (wrong === undefined) setText("");
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (shown.length === 0) return;
      event.preventDefault();
      setActive(
        (now) => (now + (event.key === "ArrowDown" ? 1 : -1) + shown.length + (now < 0 && event.key === "ArrowUp" ? 1 : 0)) % shown.length,
      );
    } else if (event.key === "Escape" && shown.length > 0) {
      event.stopPropagation();
      setOpen(false);
    }
  };
  return (
    <form
      className={styles.add}
      onSubmit={(event) => {
        event.preventDefault();
        void add(shown[active]?.name ?? words);
      }}
    >
      <label htmlFor={id}>Add a package from npm</label>
      <span className={styles.line}>
        <Input
          id={id}
          value={text}
          placeholder="name, or name@version"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          role="combobox"
          aria-expanded={shown.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={active >= 0 && shown.length > 0 ? `${id}-${active}` : undefined}
          aria-invalid={fault !== undefined}
          onChange={(event) => {
            setText(event.target.value);
            setActive(-1);
            setFault(undefined);
            setOpen(true);
          }}
          onKeyDown={onKey}
          onBlur={() => setOpen(false)}
        />
        <Button type="submit" disabled={words === "" || change.adding !== undefined}>
          {change.adding === undefined ? "Add" : "Looking…"}
        </Button>
      </span>
      <ul id={`${id}-list`} role="listbox" aria-label="Packages that were found" className={styles.found} hidden={shown.length === 0}>
        {shown.map((each, index) => (
          <li
            key={each.name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            // Before the field loses the focus.
            onPointerDown={(event) => {
              event.preventDefault();
              void add(each.name);
            }}
          >
            <strong>{each.name}</strong> <span className={styles.version}>{each.version}</span>
            <span className={styles.description}>{each.description}</span>
          </li>
        ))}
      </ul>
      {fault !== undefined ? (
        <span className={styles.fault} role="alert">
          {fault}
        </span>
      ) : (
        quiet !== undefined && open && <span className={styles.quietHint}>{quiet}</span>
      )}
    </form>
  );
}
