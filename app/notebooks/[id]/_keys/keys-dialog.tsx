"use client";
/** All commands with their keys; a click on the keys changes them. Kept in this browser (keymap-store.ts). Loaded when opened. */
import { RotateCcw } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { takeTyped } from "../../../_palette/type-ahead";
import { Button, IconButton } from "../../../_ui/button";
import { Keys } from "../../../_ui/chip";
import { Dialog } from "../../../_ui/dialog";
import { Input } from "../../../_ui/field";
import { commandGroups, type Command } from "./command";
import { commands } from "./commands";
import { findConflicts, keysOf } from "./keymap";
import { setKeyChanges, useKeyChanges } from "./keymap-store";
import styles from "./keys-dialog.module.css";
import { strokeOf, strokeWords } from "./strokes";

export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const changes = useKeyChanges();
  const [query, setQuery] = useState("");
  const [asked, setAsked] = useState<string>();
  // No button opened it, so nothing else gives the focus back.
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      setTimeout(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement) before.focus({ preventScroll: true });
      });
    },
    [before],
  );
  const words = query.trim().toLowerCase();
  const found = commands.filter(
    (command) =>
      words === "" ||
      command.title.toLowerCase().includes(words) ||
      keysOf(command, changes).some((stroke) => strokeWords(stroke).toLowerCase().includes(words)),
  );
  const change = (id: string, keys: readonly string[] | undefined) => {
    const { [id]: _, ...others } = changes;
    setKeyChanges(keys === undefined ? others : { ...others, [id]: keys });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Keys"
      text="Single letters work while a cell is taken as a whole: press Esc first. A click on keys changes them, for you, in this browser."
      wide
    >
      <div className={styles.head}>
        <Input
          autoFocus
          className={styles.search}
          type="search"
          aria-label="Find a command"
          placeholder="Find a command…"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          // What was typed until now; letters are this field's from here on.
          onFocus={() => setQuery(query + takeTyped())}
        />
        <Button small onClick={() => setKeyChanges({})} disabled={Object.keys(changes).length === 0}>
          Reset all keys
        </Button>
      </div>
      {found.length === 0 && <p className={styles.quiet}>No command is called so.</p>}
      <div className={styles.groups}>
        {commandGroups.map((group) => {
          const own = found.filter((command) => command.group === group);
          if (own.length === 0) return null;
          return (
            <section key={group} aria-label={group}>
              <h3>{group}</h3>
              <ul className={styles.rows}>
                {own.map((command) => (
                  <li key={command.id} className={styles.row}>
                    <span className={styles.title}>{command.title}</span>
                    {asked === command.id ? (
                      <Recorder command={command} onDone={() => setAsked(undefined)} onKeys={(keys) => change(command.id, keys)} />
                    ) : (
                      <span className={styles.keys}>
                        {changes[command.id] !== undefined && (
                          <IconButton small label={`Reset the keys of “${command.title}”`} onClick={() => change(command.id, undefined)}>
                            <RotateCcw size={12} />
                          </IconButton>
                        )}
                        <KeysButton command={command} keys={keysOf(command, changes)} onAsk={() => setAsked(command.id)} />
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}

function KeysButton({ command, keys, onAsk }: { readonly command: Command; readonly keys: readonly string[]; readonly onAsk: () => void }) {
  const shown =
    keys.length === 0 ? (
      <span className={styles.quiet}>none</span>
    ) : (
      keys.map((stroke) => (
        <span key={stroke} className={styles.stroke}>
          <Keys>{strokeWords(stroke)}</Keys>{" "}
        </span>
      ))
    );
  if (command.fixed) return <span className={styles.fixed}>{shown}</span>;
  const words = keys.length === 0 ? "none" : keys.map(strokeWords).join(" ");
  return (
    <button type="button" className={styles.change} onClick={onAsk} aria-label={`Change the keys of “${command.title}”: ${words}`}>
      {shown}
    </button>
  );
}

/** The same key twice, so soon after each other, is a key of its own. */
const chordMs = 900;

function Recorder({
  command,
  onKeys,
  onDone,
}: {
  readonly command: Command;
  readonly onKeys: (keys: readonly string[]) => void;
  readonly onDone: () => void;
}) {
  const changes = useKeyChanges();
  const [stroke, setStroke] = useState<string>();
  const last = useRef(0);
  const box = useRef<HTMLDivElement>(null);
  const conflicts = stroke === undefined ? [] : findConflicts(commands, changes, command, stroke);
  const hear = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target !== box.current) return;
    if (event.key === "Tab" && !event.ctrlKey && !event.metaKey && !event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return onDone();
    const pressed = strokeOf(event);
    if (pressed === undefined || event.repeat) return;
    const goesOn = stroke === pressed && !pressed.includes("+") && event.timeStamp - last.current < chordMs;
    last.current = event.timeStamp;
    setStroke(goesOn ? `${stroke} ${pressed}` : pressed);
  });
  useEffect(() => {
    box.current?.focus();
    const listener = (event: KeyboardEvent) => hear(event);
    // Before the dialog, which would close at Escape.
    addEventListener("keydown", listener, true);
    return () => removeEventListener("keydown", listener, true);
  }, []);
  const takeFrom = () => {
    const next: Record<string, readonly string[]> = { ...changes };
    for (const other of conflicts) {
      if (other.fixed) continue;
      next[other.id] = keysOf(other, changes).filter(
        (one) => findConflicts([command], { [command.id]: [stroke!] }, other, one).length === 0,
      );
    }
    next[command.id] = [stroke!];
    setKeyChanges(next);
    onDone();
  };
  return (
    <div className={styles.recorder}>
      <div ref={box} className={styles.record} tabIndex={0} role="textbox" aria-label={`New keys of “${command.title}”`} aria-live="polite">
        {stroke === undefined ? "Press the keys…" : <Keys>{strokeWords(stroke)}</Keys>}
      </div>
      {conflicts.length > 0 && (
        <p role="alert" className={styles.conflict}>
          {conflicts.map(({ title }) => `“${title}”`).join(", ")} {conflicts.length === 1 ? "has" : "have"} these keys.
        </p>
      )}
      <div className={styles.buttons}>
        <Button small onClick={onDone}>
          Cancel
        </Button>
        <Button
          small
          onClick={() => {
            onKeys([]);
            onDone();
          }}
        >
          None
        </Button>
        {conflicts.length > 0 ? (
          <Button small look="primary" onClick={takeFrom} disabled={conflicts.some(({ fixed }) => fixed)}>
            Take them from there
          </Button>
        ) : (
          <Button
            small
            look="primary"
            disabled={stroke === undefined}
            onClick={() => {
              onKeys([stroke!]);
              onDone();
            }}
          >
            Set
          </Button>
        )}
      </div>
    </div>
  );
}
