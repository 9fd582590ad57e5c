"use client";
/** A stored value by its one line; opened, a look into it: as table, tree or, where it is numbers, as a line. */
import { useQuery } from "@tanstack/react-query";
import { ChevronRight, ChartLine, Download } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { DisplayView } from "../../../_displays/display-view";
import { useTRPC } from "../../../_trpc/client";
import type { TaskRunDetail } from "../../../_trpc/outputs";
import { Button } from "../../../_ui/button";
import { classNames } from "../../../_ui/class-names";
import { CopyableId } from "../../../_ui/copyable-id";
import { Input } from "../../../_ui/field";
import { formatBytes, formatNumber } from "../../../_ui/format-number";
import { ErrorNotice, Skeleton } from "../../../_ui/notice";
import { preparePlot } from "./prepare-plot";
import styles from "./task.module.css";

type Input = TaskRunDetail["inputs"][number]["value"];

export function ValueView({
  name,
  value,
  taskRunId,
  from,
  open: initial = false,
}: {
  readonly name: string;
  readonly value: Input;
  /** Whose output it is: where a preview is asked for. */
  readonly taskRunId: string | undefined;
  readonly from?: ReactNode;
  readonly open?: boolean;
}) {
  const list = Array.isArray(value) ? value : undefined;
  const single = value === undefined || list ? undefined : (value as Exclude<Input, readonly unknown[] | undefined>);
  const bytes = list ? list.reduce((sum, one) => sum + one.bytes, 0) : (single?.bytes ?? 0);
  // Of a plain number or word, the one line tells most: it opens when somebody wants its bytes.
  const plain = list === undefined && bytes <= 64 && /^(number|string|boolean|bigint|null|undefined)\b(?!\[)/.test(single?.summary ?? "");
  const [open, setOpen] = useState(initial && !plain);
  const can = value !== undefined && taskRunId !== undefined && (list === undefined || list.length > 0);
  return (
    <section className={styles.valueBox} data-value={name}>
      <div className={styles.valueLine}>
        <button type="button" className={styles.valueToggle} aria-expanded={open && can} disabled={!can} onClick={() => setOpen(!open)}>
          <ChevronRight size={14} className={classNames(open && can && styles.turned)} style={{ visibility: can ? "visible" : "hidden" }} />
          <code>{name}</code>
        </button>
        <span className={styles.summary}>
          {value === undefined
            ? "no value"
            : list
              ? `list of ${formatNumber(list.length)} · ${list[0]?.summary ?? "empty"}`
              : single!.summary}
        </span>
        {value !== undefined && <span className={styles.quiet}>{formatBytes(bytes)}</span>}
        {from !== undefined && <span className={styles.quiet}>from {from}</span>}
      </div>
      {open && can && <Preview name={name} taskRunId={taskRunId} length={list?.length} />}
    </section>
  );
}

function Preview({ name, taskRunId, length }: { readonly name: string; readonly taskRunId: string; readonly length: number | undefined }) {
  const trpc = useTRPC();
  const [index, setIndex] = useState(0);
  const [plotted, setPlotted] = useState(false);
  const preview = useQuery(
    trpc.run.preview.queryOptions(
      { taskRunId, name, ...(length !== undefined && { index }) },
      { staleTime: Infinity, placeholderData: (before) => before },
    ),
  );
  const shown = preview.data?.preview;
  const plot = useMemo(() => shown && preparePlot(name, shown), [name, shown]);
  if (preview.error) return <ErrorNotice doing={`look into ${name}`} error={preview.error} onRetry={() => void preview.refetch()} />;
  if (!preview.data) return <Skeleton height={80} />;
  return (
    <div className={styles.preview}>
      <div className={styles.previewTools}>
        {length !== undefined && (
          <label className={styles.quiet}>
            Element{" "}
            <Input
              type="number"
              className={styles.element}
              min={0}
              max={length - 1}
              value={index}
              onChange={(event) => setIndex(Math.max(0, Math.min(length - 1, Math.trunc(Number(event.target.value)))))}
            />{" "}
            of {formatNumber(length)}
          </label>
        )}
        {plot && (
          <Button small look="quiet" aria-pressed={plotted} onClick={() => setPlotted(!plotted)}>
            <ChartLine size={14} /> Plot
          </Button>
        )}
        <CopyableId id={preview.data.hash} />
        <span className={styles.quiet}>{preview.data.codec}</span>
        <a
          className={styles.download}
          href={`/api/values/${taskRunId}/${encodeURIComponent(name)}${length === undefined ? "" : `?index=${index}`}`}
          download
        >
          <Download size={14} aria-hidden /> Download
        </a>
      </div>
      {plot && plotted ? (
        <DisplayView display={plot} source={{ taskRunId, index: 0 }} />
      ) : shown ? (
        <DisplayView display={shown} source={{ taskRunId, index: 0 }} value={{ name, ...(length !== undefined && { index }) }} />
      ) : (
        <p className={styles.quiet}>{preview.data.summary}. There is no preview of this kind of value; download it to look inside.</p>
      )}
    </div>
  );
}
