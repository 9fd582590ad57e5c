"use client";
/** One pool or lock: how full it is, who has its places, who waits. */
import { useState } from "react";
import { period } from "@/pipelines/run/waiting-for";
import type { PoolPlace } from "../../_trpc/outputs";
import { Button } from "../../_ui/button";
import { Chip } from "../../_ui/chip";
import { RelativeTime } from "../../_ui/times";
import { HolderLink, type HolderView } from "../../_waiting/holder-link";
import { PlaceMeter } from "./place-meter";
import { showLabels, type PlaceDraft } from "./place-dialog";
import styles from "./pools.module.css";

export function PlaceRow({
  place,
  mayChange,
  onChange,
}: {
  readonly place: PoolPlace;
  readonly mayChange: boolean;
  readonly onChange: (draft: PlaceDraft) => void;
}) {
  const { kind, name, exists, configured, slots, rate, labels, holders, waiters } = place;
  return (
    <li className={styles.row} data-place={`${kind}/${name}`}>
      <div className={styles.line}>
        <strong className={styles.name}>{name}</strong>
        {!exists && <Chip>not made</Chip>}
        <span className={styles.size}>
          {!exists ? (
            <span className={styles.warning}>Notebooks name it, and nobody has made it: its tasks wait.</span>
          ) : (
            <PlaceMeter size={slots} taken={holders?.length} unit={kind === "lock" ? "permit" : "place"} />
          )}
          {rate && (
            <span className={styles.quiet}>
              at most {rate.count} {rate.count === 1 ? "start" : "starts"} in {period(rate.seconds)}
            </span>
          )}
          {showLabels(labels).map((label) => (
            <Chip key={label}>{label}</Chip>
          ))}
        </span>
        {mayChange && (
          <Button small onClick={() => onChange({ kind, name, slots, rate, labels, isNew: !exists, isConfigured: configured })}>
            {exists ? "Change" : "Make it"}
          </Button>
        )}
      </div>
      {holders !== undefined && holders.length > 0 && <People word={kind === "lock" ? "Held by" : "Running"} all={holders} />}
      {waiters.length > 0 && <People word="Waiting" all={waiters} withTime />}
    </li>
  );
}

const few = 4;

function People({ word, all, withTime }: { readonly word: string; readonly all: readonly HolderView[]; readonly withTime?: boolean }) {
  const [open, setOpen] = useState(false);
  const shown = open ? all.slice(0, 100) : all.slice(0, few);
  return (
    <div className={styles.people}>
      <span className={styles.word}>
        {word} ({all.length})
      </span>
      <ul className={styles.holders}>
        {shown.map((holder) => (
          <li key={holder.task?.id ?? holder.runId}>
            <HolderLink holder={holder} />
            {withTime && (
              <span className={styles.quiet}>
                {" "}
                <RelativeTime at={holder.since} />
              </span>
            )}
          </li>
        ))}
        {all.length > shown.length && !open && (
          <li>
            <button type="button" className={styles.more} onClick={() => setOpen(true)}>
              and {all.length - shown.length} more
            </button>
          </li>
        )}
      </ul>
    </div>
  );
}
