"use client";
import { Ellipsis, Pause, Pencil, Play, StepForward, Trash2 } from "lucide-react";
import Link from "next/link";
import type { ScheduleRow } from "../../_trpc/outputs";
import { IconButton } from "../../_ui/button";
import { Menu, MenuItem, MenuSeparator } from "../../_ui/menu";
import { FireStrip } from "../_fires/fire-strip";
import { NextTime } from "../_fires/next-time";
import { ScheduleBadge } from "../schedule-badge";
import { successShare, TimingText } from "../timing-text";
import styles from "./list.module.css";

export function ScheduleListRow({
  row,
  index,
  top,
  height,
  mayChange,
  mayRun,
  starting,
  onRun,
  onPause,
  onEdit,
  onRemove,
}: {
  readonly row: ScheduleRow;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly mayChange: boolean;
  readonly mayRun: boolean;
  /** Its run is on the way. */
  readonly starting: boolean;
  readonly onRun: () => void;
  readonly onPause: (paused: boolean) => void;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}) {
  const share = successShare(row);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={styles.row}
      style={{ transform: `translateY(${top}px)`, height }}
      data-schedule={row.id}
    >
      <span role="cell" className={styles.two} data-column="name">
        <Link href={`/schedules/${row.id}`} prefetch={false} className={styles.name}>
          {row.name}
        </Link>
        <Link href={`/notebooks/${row.notebookId}`} prefetch={false} className={styles.notebook}>
          {row.notebook}
        </Link>
      </span>
      <span role="cell" className={styles.two} data-column="when">
        <span title={row.words}>{row.words}</span>
        <span className={styles.quiet} title={`${row.timing.type === "cron" ? `${row.timing.expression}, ` : ""}${row.timeZone}`}>
          <TimingText timing={row.timing} /> {row.timeZone}
        </span>
      </span>
      <span role="cell" className={styles.next} data-column="next">
        {row.nextFireAt !== undefined ? (
          <NextTime at={row.nextFireAt} />
        ) : row.paused || row.fault !== undefined ? (
          <ScheduleBadge schedule={row} />
        ) : (
          <span className={styles.quiet} title="It has ended, or its timing gives no time any more.">
            no more
          </span>
        )}
      </span>
      <span role="cell" data-column="strip">
        {row.recent.length > 0 ? <FireStrip fires={row.recent} /> : <span className={styles.quiet}>has not fired yet</span>}
      </span>
      <span role="cell" className={styles.share} data-column="share">
        <span title={row.ended === 0 ? "No run of it has ended yet" : `${row.succeeded} of ${row.ended} runs succeeded`}>{share}</span>
      </span>
      <span role="cell" className={styles.actions} data-column="actions">
        {mayRun && (
          <IconButton label={starting ? `“${row.name}” starts…` : `Run “${row.name}” now`} disabled={starting} onClick={onRun}>
            <Play size={14} />
          </IconButton>
        )}
        {mayChange && (
          <>
            {row.fault === undefined && (
              <IconButton label={row.paused ? `Resume “${row.name}”` : `Pause “${row.name}”`} onClick={() => onPause(!row.paused)}>
                {row.paused ? <StepForward size={14} /> : <Pause size={14} />}
              </IconButton>
            )}
            <Menu
              align="end"
              trigger={
                <IconButton label={`More for “${row.name}”`}>
                  <Ellipsis size={14} />
                </IconButton>
              }
            >
              <MenuItem icon={<Pencil size={14} />} onSelect={onEdit}>
                Edit…
              </MenuItem>
              <MenuSeparator />
              <MenuItem icon={<Trash2 size={14} />} danger onSelect={onRemove}>
                Remove…
              </MenuItem>
            </Menu>
          </>
        )}
      </span>
    </div>
  );
}
