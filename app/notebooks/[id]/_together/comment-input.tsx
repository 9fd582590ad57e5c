"use client";
/** Where a comment is written. After @ it offers the members of the workspace. */
import { useEffect, useId, useRef, useState } from "react";
import { Button } from "../../../_ui/button";
import { TextArea } from "../../../_ui/field";
import styles from "./comments.module.css";

const mostOffers = 6;

export function CommentInput({
  label,
  placeholder,
  members,
  wish = 0,
  onSend,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly members: readonly { readonly id: string; readonly name: string }[];
  readonly wish?: number;
  readonly onSend: (text: string) => Promise<unknown>;
}) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [closed, setClosed] = useState(false);
  const [sending, setSending] = useState(false);
  useEffect(() => {
    if (wish > 0) area.current?.focus();
  }, [wish]);

  const typed = /(?:^|\s)@([^@\n]{0,40})$/.exec(text.slice(0, caret))?.[1];
  const offers =
    typed === undefined || closed
      ? []
      : members
          .filter(({ name }) => name !== "" && name.toLowerCase().startsWith(typed.toLowerCase()) && name !== typed)
          .slice(0, mostOffers);
  const pick = (name: string) => {
    const at = caret - (typed?.length ?? 0);
    setText(`${text.slice(0, at)}${name} ${text.slice(caret)}`);
    setCaret(at + name.length + 1);
    setChosen(0);
    area.current?.focus();
  };
  const send = () => {
    if (text.trim() === "" || sending) return;
    setSending(true);
    onSend(text.trim())
      .then(() => setText(""))
      // Told by whoever sends; the text stays.
      .catch(() => undefined)
      .finally(() => setSending(false));
  };
  return (
    <form
      className={styles.input}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextArea
        ref={area}
        aria-label={label}
        role="combobox"
        aria-expanded={offers.length > 0}
        aria-controls={`${id}-offers`}
        aria-activedescendant={offers[chosen] ? `${id}-${chosen}` : undefined}
        placeholder={placeholder}
        rows={text === "" ? 1 : Math.min(8, text.split("\n").length + 1)}
        value={text}
        maxLength={10_000}
        onChange={(event) => {
          setText(event.target.value);
          setCaret(event.target.selectionStart);
          setChosen(0);
          setClosed(false);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={(event) => {
          const offer = offers[chosen];
          if (offer && (event.key === "Enter" || event.key === "Tab")) {
            event.preventDefault();
            pick(offer.name);
          } else if (offer && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
            event.preventDefault();
            setChosen((chosen + (event.key === "ArrowDown" ? 1 : offers.length - 1)) % offers.length);
          } else if (offer && event.key === "Escape") setClosed(true);
          else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            event.stopPropagation();
            send();
          }
        }}
      />
      {offers.length > 0 && (
        <ul id={`${id}-offers`} role="listbox" aria-label="Members" className={styles.offers}>
          {offers.map((member, index) => (
            <li
              key={member.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              onPointerDown={(event) => {
                event.preventDefault();
                pick(member.name);
              }}
            >
              {member.name}
            </li>
          ))}
        </ul>
      )}
      {text.trim() !== "" && (
        <Button small look="primary" type="submit" disabled={sending} title="Ctrl Enter">
          {sending ? "Sending…" : "Comment"}
        </Button>
      )}
    </form>
  );
}
