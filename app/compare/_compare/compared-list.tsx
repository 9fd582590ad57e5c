"use client";
/** Who is who: a colour for each run, an eye to hide it, a cross to leave it out. Hover marks the run everywhere. */
import { Eye, EyeOff, X } from "lucide-react";
import Link from "next/link";
import { writeChoices } from "../../_charts/chart-choices";
import { LineSample } from "../../_charts/line-sample";
import { useHoveredRun, useHoverStore } from "../../_charts/linked-hover";
import { runStyles } from "../../_charts/run-colour";
import { useAddress } from "../../_charts/use-address";
import type { RunDetail } from "../../_trpc/outputs";
import { IconButton } from "../../_ui/button";
import { classNames } from "../../_ui/class-names";
import { Skeleton } from "../../_ui/notice";
import { StateIcon } from "../../_ui/state-icon";
import { RelativeTime } from "../../_ui/times";
import styles from "./compare.module.css";

export function ComparedList({
  runs,
  missing,
  pending,
  ids,
  hidden,
  onChange,
}: {
  readonly runs: readonly RunDetail[];
  readonly missing: readonly string[];
  readonly pending: boolean;
  readonly ids: readonly string[];
  readonly hidden: ReadonlySet<string>;
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const address = useAddress();
  const store = useHoverStore();
  const hovered = useHoveredRun();
  const lines = runStyles(runs.map((run) => run.number));
  const toggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    address.set(writeChoices({ hidden: next }));
  };
  const remove = (id: string) => onChange(ids.filter((one) => one !== id));
  return (
    <aside className={styles.list} aria-label="Runs compared">
      <ul>
        {runs.map((run) => {
          const off = hidden.has(run.id);
          return (
            <li
              key={run.id}
              className={classNames(styles.listRow, hovered === run.id && styles.listRowOn, off && styles.off)}
              onPointerEnter={() => store.set({ runId: run.id, x: undefined, chart: undefined })}
              onPointerLeave={() => store.clear()}
              data-compared={run.id}
            >
              <LineSample style={lines.get(run.number)!} hidden={off} />
              <span className={styles.listText}>
                <span className={styles.listTitle}>
                  <StateIcon state={run.status} />
                  <Link href={`/runs/${run.id}`} prefetch={false} onFocus={() => store.set({ runId: run.id })} onBlur={() => store.clear()}>
                    #{run.number}
                  </Link>
                  <span className={styles.ellipsis} title={run.notebookTitle}>
                    {run.notebookTitle}
                  </span>
                </span>
                <span className={styles.quiet}>
                  <RelativeTime at={run.startedAt ?? run.createdAt} />
                </span>
              </span>
              <IconButton
                small
                label={off ? `Show #${run.number}` : `Hide #${run.number}`}
                aria-pressed={off}
                onClick={() => toggle(run.id)}
              >
                {off ? <EyeOff size={14} /> : <Eye size={14} />}
              </IconButton>
              <IconButton small label={`Leave out #${run.number}`} onClick={() => remove(run.id)}>
                <X size={14} />
              </IconButton>
            </li>
          );
        })}
        {missing.map((id) => (
          <li key={id} className={styles.listRow}>
            <span />
            <span className={classNames(styles.listText, styles.quiet)}>No run {id.slice(0, 8)} in this workspace</span>
            <span />
            <IconButton small label="Leave it out" onClick={() => remove(id)}>
              <X size={14} />
            </IconButton>
          </li>
        ))}
        {pending &&
          ids.slice(runs.length + missing.length).map((id) => (
            <li key={id} className={styles.listRow}>
              <Skeleton width={16} height={8} />
              <Skeleton height={32} />
            </li>
          ))}
      </ul>
    </aside>
  );
}
