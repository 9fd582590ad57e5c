"use client";
/** The notebook as it ran: read only, each cell with the state of its task. `?cell=key&line=3` lights a line up. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { cellKey } from "@/pipelines/notebook/cell-key";
import { parse } from "@/pipelines/notebook/parse";
import { useAddress } from "../../../_charts/use-address";
import { StaticCode } from "../../../_code/static-code";
import { MarkdownText } from "../../../_displays/markdown-text";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail } from "../../../_trpc/outputs";
import { Chip } from "../../../_ui/chip";
import { ErrorNotice, Skeleton } from "../../../_ui/notice";
import { StateIcon } from "../../../_ui/state-icon";
import { Duration } from "../../../_ui/times";
import { groupRows } from "../_run/prepare-tasks";
import styles from "./tabs.module.css";

export function CodeTab({ run, onOpenTask }: { readonly run: RunDetail; readonly onOpenTask: (id: string) => void }) {
  const trpc = useTRPC();
  const address = useAddress();
  const source = useQuery(trpc.run.source.queryOptions({ id: run.id }, { staleTime: Infinity }));
  const cells = useMemo(
    () => source.data && parse(source.data.text).cells.map((cell, i) => ({ cell, key: cellKey(cell, i) })),
    [source.data],
  );
  const rows = useMemo(() => groupRows(run.taskRuns), [run.taskRuns]);
  const place = { cell: address.get("cell"), line: Number(address.get("cellLine")) || undefined };
  const loaded = cells !== undefined;
  useEffect(() => {
    if (loaded && place.cell !== undefined) document.getElementById(`cell-${place.cell}`)?.scrollIntoView({ block: "start" });
  }, [loaded, place.cell, place.line]);

  if (source.error) return <ErrorNotice doing="load the code" error={source.error} onRetry={() => void source.refetch()} />;
  if (!cells) return <Skeleton height={320} />;
  return (
    <div className={styles.code}>
      {cells.map(({ cell, key }) => {
        const row = rows.get(key)?.whole ?? rows.get(key)?.elements[0];
        const prose = cell.kind === "markdown";
        return (
          <section key={cell.id} id={`cell-${key}`} className={styles.codeCell} aria-label={cell.title || key}>
            {!prose && (
              <header className={styles.codeHead}>
                {row && <StateIcon state={row.status} />}
                {row ? (
                  <button type="button" className={styles.open} onClick={() => onOpenTask(row.id)}>
                    {cell.title || key}
                  </button>
                ) : (
                  <strong>{cell.title || key}</strong>
                )}
                {cell.kind !== "code" && <Chip>{cell.kind}</Chip>}
                {cell.options.map((option) => (
                  <Chip key={option.key}>{option.value === undefined ? option.key : `${option.key}=${option.value}`}</Chip>
                ))}
                <span className={styles.quiet}>{row?.durationMs !== undefined && <Duration ms={row.durationMs} />}</span>
              </header>
            )}
            {prose ? (
              <MarkdownText text={cell.source} />
            ) : (
              <div className={styles.codeBody}>
                {place.cell === key && place.line !== undefined && (
                  <i className={styles.codeLine} style={{ top: 8 + (place.line - 1) * 20 }} />
                )}
                <StaticCode text={cell.source} language={cell.kind === "code" || cell.kind === "params" ? "typescript" : "plain"} />
              </div>
            )}
          </section>
        );
      })}
    </div>
  );
}
