"use client";
import { Pin } from "lucide-react";
import Link from "next/link";
import { Fragment, memo, useRef } from "react";
import { triggerWords } from "../trigger-words";
import type { RunRow } from "../../_trpc/outputs";
import { classNames } from "../../_ui/class-names";
import { formatNumber } from "../../_ui/format-number";
import { StateLabel } from "../../_ui/state-icon";
import { isLive } from "../../_ui/state-words";
import { Duration, RelativeTime } from "../../_ui/times";
import { paramText, type ExtraColumns } from "./prepare-columns";
import styles from "./run-list.module.css";
import { RunNumber } from "../run-number";

export const RunListRow = memo(function RunListRow({
  row,
  index,
  top,
  height,
  small,
  columns,
  ticked,
  onTick,
}: {
  readonly row: RunRow;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly small: boolean;
  readonly columns: ExtraColumns;
  readonly ticked: boolean;
  readonly onTick: (id: string, on: boolean, range: boolean) => void;
}) {
  const shift = useRef(false);
  const headline = new Map(row.headline.map(({ name, value }) => [name, value]));
  const tick = (
    <span role="cell" className={styles.tick}>
      <input
        type="checkbox"
        aria-label={`Tick run #${row.number}`}
        checked={ticked}
        onClick={(event) => (shift.current = event.shiftKey)}
        onChange={(event) => onTick(row.id, event.target.checked, shift.current)}
      />
    </span>
  );
  const link = (
    <Link href={`/runs/${row.id}`} className={styles.link} prefetch={false} data-run={row.id}>
      <RunNumber number={row.number} />
      {row.pinned && <Pin size={12} role="img" aria-label="Kept for good" className={styles.pin} />}
    </Link>
  );
  const live = isLive(row.status);
  const took = <Duration from={live ? row.startedAt : undefined} ms={live ? undefined : row.durationMs} />;
  const place = {
    role: "row",
    "aria-rowindex": index + 2,
    "aria-selected": ticked,
    className: styles.row,
    style: { transform: `translateY(${top}px)`, height },
  } as const;
  if (small) {
    return (
      <div {...place}>
        {tick}
        <span role="cell" className={styles.cell}>
          <span className={styles.line}>
            {link} <span className={styles.cell}>{row.notebookTitle}</span>
          </span>
          <span className={styles.line}>
            <StateLabel state={row.status} />
            <span className={styles.quiet}>
              <RelativeTime at={row.startedAt ?? row.createdAt} /> · {took}
            </span>
          </span>
        </span>
        <span role="cell" className={classNames(styles.number, styles.headline)}>
          {row.headline.slice(0, 1).map(({ name, value }) => (
            <Fragment key={name}>
              <span className={styles.quiet}>{name}</span>
              <span>{value === null ? "NaN" : formatNumber(value)}</span>
            </Fragment>
          ))}
        </span>
      </div>
    );
  }
  return (
    <div {...place}>
      {tick}
      <span role="cell" className={styles.state} title={row.message}>
        <StateLabel state={row.status} />
      </span>
      <span role="cell">{link}</span>
      <span role="cell" className={styles.cell} title={row.notebookTitle}>
        {row.notebookTitle}
        {row.revision !== undefined && <span className={styles.quiet}> v{row.revision}</span>}
      </span>
      <span role="cell" className={styles.cell}>
        {row.createdBy ?? triggerWords[row.trigger]}
        {row.createdBy !== undefined && row.trigger !== "manual" && (
          <span className={styles.quiet}> {triggerWords[row.trigger].toLowerCase()}</span>
        )}
      </span>
      <span role="cell" className={styles.quiet}>
        <RelativeTime at={row.startedAt ?? row.createdAt} />
      </span>
      <span role="cell" className={styles.number}>
        {took}
      </span>
      {columns.metrics.map((name) => {
        const value = headline.get(name);
        return (
          <span key={`metric ${name}`} role="cell" className={styles.number}>
            {value === undefined ? "" : value === null ? "NaN" : formatNumber(value)}
          </span>
        );
      })}
      {columns.params.map((name) => (
        <span key={`param ${name}`} role="cell" className={styles.number} title={paramText(row.params[name])}>
          {typeof row.params[name] === "number" ? formatNumber(row.params[name]) : paramText(row.params[name])}
        </span>
      ))}
    </div>
  );
});
