"use client";
import { useState, type FormEvent } from "react";
import { Button } from "../../../../_ui/button";
import { Dialog } from "../../../../_ui/dialog";
import { Field, Input } from "../../../../_ui/field";
import styles from "./versions.module.css";

/** Gives a version a name, or takes it away. */
export function NameDialog({
  revision,
  name,
  onClose,
  onName,
}: {
  readonly revision: number;
  readonly name: string | undefined;
  readonly onClose: () => void;
  readonly onName: (name: string | null) => void;
}) {
  const [text, setText] = useState(name ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onName(text.trim() === "" ? null : text.trim());
    onClose();
  };
  return (
    <Dialog open onOpenChange={onClose} title={`Name version ${revision}`} text="A name makes it easy to find among the many saves.">
      <form onSubmit={submit} className={styles.nameForm}>
        <Field label="Name">
          {(props) => (
            <Input
              {...props}
              autoFocus
              value={text}
              maxLength={100}
              placeholder="Before the new features"
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <div className={styles.actions}>
          {name !== undefined && (
            <Button
              onClick={() => {
                onName(null);
                onClose();
              }}
            >
              Take the name away
            </Button>
          )}
          <Button type="submit" look="primary" disabled={text.trim() === ""}>
            Name it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
