"use client";
/** What has good defaults: version, overlap, missed times, jitter, the end. Folded, with what holds now in one line. */
import { useId, useState } from "react";
import { missedPolicies } from "@/pipelines/schedule/due-fires";
import { overlapPolicies } from "@/pipelines/schedule/overlap";
import { Field, Input, Select } from "../../_ui/field";
import { zonedWords, fromWallTime } from "../_fires/zoned-time";
import styles from "./form.module.css";
import { missedWords, overlapWords } from "./policy-words";
import type { DraftFaults, ScheduleDraft } from "./schedule-draft";

interface Props {
  readonly draft: ScheduleDraft;
  readonly onChange: (change: Partial<ScheduleDraft>) => void;
  readonly faults: DraftFaults;
  /** Of the notebook; undefined: not known yet. */
  readonly newest: number | undefined;
}

const advanced = ["revision", "tolerance", "jitter", "endsAt"] as const;

export function AdvancedFields({ draft, onChange, faults, newest }: Props) {
  const [opened, setOpened] = useState(false);
  const open = opened || advanced.some((name) => faults[name] !== undefined);
  return (
    <details className={styles.advanced} open={open}>
      <summary
        onClick={(event) => {
          event.preventDefault();
          setOpened(!open);
        }}
      >
        <strong>More</strong> <span className={styles.quiet}>{sayAdvanced(draft)}</span>
      </summary>
      <div className={styles.group}>
        <Field label="Version of the notebook" fault={faults.revision}>
          {(control) => (
            <div className={styles.pair}>
              <Select
                {...control}
                value={draft.revision === undefined ? "newest" : "pinned"}
                onChange={(event) => onChange({ revision: event.target.value === "newest" ? undefined : String(newest ?? 1) })}
              >
                <option value="newest">The newest when it fires</option>
                <option value="pinned">Always the same</option>
              </Select>
              {draft.revision !== undefined && (
                <Input
                  aria-label="Version"
                  inputMode="numeric"
                  value={draft.revision}
                  onChange={(event) => onChange({ revision: event.target.value })}
                />
              )}
            </div>
          )}
        </Field>
        <Policies
          legend="While a run of it is still going on"
          value={draft.overlap}
          onChange={(overlap) => onChange({ overlap })}
          choices={overlapPolicies.map((value) => ({ value, ...overlapWords[value] }))}
        />
        <Policies
          legend="When times were missed, because no server was there"
          value={draft.missed}
          onChange={(missed) => onChange({ missed })}
          choices={missedPolicies.map((value) => ({ value, ...missedWords[value] }))}
        />
        <div className={styles.columns}>
          <Field label="Late counts as missed after" hint="30s, 5m, 1h" fault={faults.tolerance}>
            {(control) => <Input {...control} value={draft.tolerance} onChange={(event) => onChange({ tolerance: event.target.value })} />}
          </Field>
          <Field label="Jitter" hint="Starts up to so much later, so that not all start at once. Empty: none." fault={faults.jitter}>
            {(control) => <Input {...control} value={draft.jitter} onChange={(event) => onChange({ jitter: event.target.value })} />}
          </Field>
          <Field label="Ends at" hint="No fire after it. Empty: it goes on." fault={faults.endsAt}>
            {(control) => (
              <Input
                {...control}
                type="datetime-local"
                step={1}
                value={draft.endsAt}
                onChange={(event) => onChange({ endsAt: event.target.value })}
              />
            )}
          </Field>
        </div>
      </div>
    </details>
  );
}

function sayAdvanced(draft: ScheduleDraft): string {
  const ends = draft.endsAt === "" ? undefined : fromWallTime(draft.endsAt, draft.timeZone);
  return [
    draft.revision === undefined ? "newest version" : `version ${draft.revision}`,
    overlapWords[draft.overlap].short,
    missedWords[draft.missed].short,
    draft.jitter.trim() === "" ? undefined : `up to ${draft.jitter.trim()} later`,
    ends === undefined ? "no end" : `until ${zonedWords(ends, draft.timeZone)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function Policies<Value extends string>({
  legend,
  value,
  onChange,
  choices,
}: {
  readonly legend: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly choices: readonly { readonly value: Value; readonly word: string; readonly sentence: string }[];
}) {
  const name = useId();
  return (
    <fieldset className={styles.policies}>
      <legend>{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className={styles.policy}>
          <input type="radio" name={name} checked={choice.value === value} onChange={() => onChange(choice.value)} />
          <span>
            {choice.word} <span className={styles.quiet}>{choice.sentence}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
