"use client";
/** Calendars whose days are left out: ticks, and a way to make a new one without leaving the form. */
import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import type { CalendarRow } from "../../_trpc/outputs";
import { Button } from "../../_ui/button";
import { Checkbox } from "../../_ui/field";
import { plural } from "../../_ui/format-number";
import { CalendarDialog } from "../_calendars/calendar-dialog";
import styles from "./form.module.css";

export function CalendarField({
  calendars,
  chosen,
  onChange,
}: {
  readonly calendars: readonly CalendarRow[];
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const [making, setMaking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setMaking(false);
    // The dialog that goes does not know where one came from.
    setTimeout(() => button.current?.focus());
  };
  return (
    <fieldset className={styles.policies}>
      <legend>Days left out</legend>
      <div className={styles.calendars}>
        {calendars.map(({ id, name, days }) => (
          <Checkbox
            key={id}
            checked={chosen.includes(id)}
            onChange={(event) => onChange(event.target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))}
          >
            <span>
              {name} <span className={styles.quiet}>{plural(days.length, "entry", "entries")}</span>
            </span>
          </Checkbox>
        ))}
        <Button ref={button} small look="quiet" onClick={() => setMaking(true)}>
          <Plus size={14} aria-hidden />
          New calendar…
        </Button>
      </div>
      {making && <CalendarDialog onClose={close} onSaved={(id) => onChange([...chosen, id])} />}
    </fieldset>
  );
}
