"use client";
/** The line that matters, the code around it, and where it was called from. Each frame leads to its line. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { cellKey } from "@/pipelines/notebook/cell-key";
import { formatHeader } from "@/pipelines/notebook/header";
import { lineWords } from "@/pipelines/notebook/line-words";
import type { Cell } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";
import { useAddress } from "../../../_charts/use-address";
import { distinctFrames } from "../../../_code/distinct-frames";
import { StaticCode } from "../../../_code/static-code";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail, TaskRunDetail } from "../../../_trpc/outputs";
import styles from "./task.module.css";

type Fault = NonNullable<TaskRunDetail["error"]>;

export function TaskError({ run, error }: { readonly run: RunDetail; readonly error: Fault }) {
  const root = useRef<HTMLElement>(null);
  const top = error.frames[0];
  const cells = useCells(run.id);
  useEffect(() => {
    root.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section ref={root} className={styles.error} aria-label="Error" data-task-error>
      <p className={styles.errorText}>
        <strong>{error.name}</strong>: {error.message}
      </p>
      {top && <Snippet cell={cells?.get(top.cellKey)} frame={top} />}
      {error.frames.length > 0 && (
        <ol className={styles.frames}>
          {distinctFrames(error.frames).map((frame, i) => (
            <li key={i}>
              <FrameLink title={cells?.get(frame.cellKey)?.title || frame.cellKey} frame={frame} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

type Frame = Fault["frames"][number];

function FrameLink({ title, frame }: { readonly title: string; readonly frame: Frame }) {
  const address = useAddress();
  const change = {
    tab: "code",
    cell: frame.cellKey,
    cellLine: frame.line > 0 ? String(frame.line) : undefined,
    task: undefined,
    pane: undefined,
  };
  return (
    <a
      href={address.href(change)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        address.set(change, "push");
      }}
    >
      {frame.function !== undefined && <code>{frame.function} </code>}
      {title}, {lineWords(frame.line)}
    </a>
  );
}

const around = 2;

/** The cells of the notebook as it ran, by key. */
function useCells(runId: string) {
  const trpc = useTRPC();
  const source = useQuery(trpc.run.source.queryOptions({ id: runId }, { staleTime: Infinity }));
  return useMemo(() => source.data && new Map(parse(source.data.text).cells.map((cell, i) => [cellKey(cell, i), cell])), [source.data]);
}

function Snippet({ cell, frame }: { readonly cell: Cell | undefined; readonly frame: Frame }) {
  if (frame.line === 0)
    return (
      <div className={styles.snippet} style={{ minHeight: 36 }}>
        {cell && <StaticCode text={formatHeader(cell)} language="plain" numbers={false} />}
      </div>
    );
  const lines = cell?.source.split("\n");
  const first = Math.max(1, frame.line - around);
  const text = lines?.slice(first - 1, frame.line + around).join("\n") ?? "";
  return (
    <div className={styles.snippet} style={lines ? undefined : { minHeight: 16 + 20 * (2 * around + 1) }}>
      {text !== "" && (
        <>
          <i className={styles.snippetLine} style={{ top: 8 + (frame.line - first) * 20 }} />
          <StaticCode text={text} firstLine={first} />
        </>
      )}
    </div>
  );
}
