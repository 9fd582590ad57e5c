"use client";
/** Parameters and values side by side, a column for each run; only what differs, until all is asked for. */
import { ArrowDown, ArrowUp, Check, Minus } from "lucide-react";
import { useMemo } from "react";
import type { Json } from "@/pipelines/compile/dag";
import { useHoveredRun, useHoverStore } from "../../_charts/linked-hover";
import type { Direction } from "../../_charts/metric-direction";
import { useAddress } from "../../_charts/use-address";
import type { RunDetail } from "../../_trpc/outputs";
import { IconButton } from "../../_ui/button";
import { classNames } from "../../_ui/class-names";
import { Checkbox } from "../../_ui/field";
import { formatDuration } from "../../_ui/format-duration";
import { formatNumber } from "../../_ui/format-number";
import { StateLabel } from "../../_ui/state-icon";
import { Duration } from "../../_ui/times";
import { paramText } from "../../runs/_list/prepare-columns";
import { RunNumber } from "../../runs/run-number";
import styles from "./compare.module.css";
import { prepareParameters } from "./prepare-parameters";
import { formatDirections, type ValueRow } from "./prepare-values";

export function DifferenceTable({
  runs,
  values,
  directions,
}: {
  readonly runs: readonly RunDetail[];
  readonly values: readonly ValueRow[];
  readonly directions: ReadonlyMap<string, Direction | "none">;
}) {
  const address = useAddress();
  const store = useHoverStore();
  const hovered = useHoveredRun();
  const all = address.get("params") === "all";
  const rows = useMemo(() => prepareParameters(runs), [runs]);
  const shown = all ? rows : rows.filter((row) => row.differs);
  const shownValues = all || runs.length < 2 ? values : values.filter((row) => new Set(row.values).size > 1);
  const oneNotebook = new Set(runs.map((run) => run.notebookId ?? run.notebookTitle)).size === 1;
  const versions = runs.map((run) =>
    [!oneNotebook && run.notebookTitle, run.revision !== undefined && `v${run.revision}`].filter(Boolean).join(" "),
  );
  const cell = (i: number) => ({
    onPointerEnter: () => store.set({ runId: runs[i]!.id, x: undefined, chart: undefined }),
    className: classNames(styles.cell, hovered === runs[i]!.id && styles.column),
  });
  const heading = (words: string) => (
    <tr className={styles.groupHead}>
      <th scope="rowgroup" colSpan={runs.length + 1}>
        {words}
      </th>
    </tr>
  );
  return (
    <section aria-labelledby="differences">
      <div className={styles.sectionHead}>
        <h2 id="differences">Differences</h2>
        <Checkbox checked={all} onChange={(event) => address.set({ params: event.target.checked ? "all" : undefined })}>
          Also what is the same
        </Checkbox>
      </div>
      <div className={styles.scroll} onPointerLeave={() => store.clear()} tabIndex={0} role="region" aria-label="Differences, by run">
        <table className={styles.table}>
          <thead>
            <tr>
              <td />
              {runs.map((run, i) => (
                <th key={run.id} scope="col" {...cell(i)}>
                  <RunNumber number={run.number} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(all || new Set(runs.map((run) => run.status)).size > 1) && (
              <tr>
                <th scope="row">State</th>
                {runs.map((run, i) => (
                  <td key={run.id} {...cell(i)}>
                    <StateLabel state={run.status} />
                  </td>
                ))}
              </tr>
            )}
            {(all || new Set(versions).size > 1) && (
              <tr>
                <th scope="row">{oneNotebook ? "Version" : "Notebook"}</th>
                {runs.map((run, i) => (
                  <td key={run.id} {...cell(i)} title={versions[i]}>
                    {versions[i]}
                  </td>
                ))}
              </tr>
            )}
            {(all || new Set(runs.map(durationText)).size > 1) && (
              <tr>
                <th scope="row">Took</th>
                {runs.map((run, i) => (
                  <td key={run.id} {...cell(i)}>
                    <Duration from={run.finishedAt === undefined ? run.startedAt : undefined} ms={run.durationMs} />
                  </td>
                ))}
              </tr>
            )}
          </tbody>
          <tbody data-section="parameters">
            {heading(
              shown.length > 0 ? "Parameters" : rows.length > 0 ? `Parameters: all ${rows.length} are the same` : "Parameters: none",
            )}
            {shown.map((row) => (
              <tr key={row.name} data-parameter={row.name}>
                <th scope="row">
                  <code title={row.name}>{row.name}</code>
                </th>
                {row.values.map((value, i) => {
                  const { className, ...rest } = cell(i);
                  const other = row.differs && JSON.stringify(value) !== JSON.stringify(row.values[0]);
                  return (
                    <td key={runs[i]!.id} {...rest} className={classNames(className, other && styles.differs)} title={paramText(value)}>
                      {value === undefined ? <span className={styles.quiet}>not there</span> : shortText(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
          {values.length > 0 && (
            <tbody data-section="values">
              {heading(shownValues.length > 0 ? "Values" : `Values: all ${values.length} are the same`)}
              {shownValues.map((row) => (
                <tr key={row.name} data-value-row={row.name}>
                  <th scope="row">
                    <span className={styles.rowName}>
                      <code title={row.name}>{row.name}</code>
                      <DirectionButton row={row} directions={directions} />
                    </span>
                  </th>
                  {row.values.map((value, i) => {
                    const best = row.best !== undefined && value === row.best;
                    const { className, ...rest } = cell(i);
                    return (
                      <td key={runs[i]!.id} {...rest} className={classNames(className, best && styles.best)}>
                        {value === undefined ? <span className={styles.quiet}>–</span> : formatNumber(value)}
                        {best && <Check size={14} aria-label="best" className={styles.bestMark} />}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          )}
        </table>
      </div>
    </section>
  );
}

/** As it is shown: what differs by less is the same to a reader. One that goes on is like no other. */
function durationText(run: RunDetail): string {
  return run.durationMs === undefined ? run.id : formatDuration(run.durationMs);
}

function shortText(value: Json): string {
  const text = typeof value === "number" ? formatNumber(value, 6) : paramText(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

const next = { lower: "higher", higher: "none", none: "lower" } as const;
const words = { lower: "Lower is better", higher: "Higher is better", none: "Neither is better" } as const;

function DirectionButton({ row, directions }: { readonly row: ValueRow; readonly directions: ReadonlyMap<string, Direction | "none"> }) {
  const address = useAddress();
  const now = row.direction ?? "none";
  const Icon = now === "lower" ? ArrowDown : now === "higher" ? ArrowUp : Minus;
  return (
    <IconButton
      small
      label={`${words[now]}. Click to change`}
      onClick={() => address.set({ best: formatDirections(new Map([...directions, [row.name, next[now]]])) })}
    >
      <Icon size={14} />
    </IconButton>
  );
}
