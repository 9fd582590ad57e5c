"use client";
/** One scratch cell: its text, its run, what came out. */
import { skipToken, useMutation, useQuery } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { Play, Square, X } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import type { inferRouterInputs } from "@trpc/server";
import type { AppRouter } from "@/server/router";
import { CodeEditor, type CodeEditorHandle } from "../../../_code/code-editor";
import { DisplayView } from "../../../_displays/display-view";
import { LogView } from "../../../_logs/log-view";
import { useTRPC } from "../../../_trpc/client";
import type { TaskRunRow } from "../../../_trpc/outputs";
import { IconButton } from "../../../_ui/button";
import { ErrorNotice } from "../../../_ui/notice";
import { StateLabel } from "../../../_ui/state-icon";
import { isLive, stateWords } from "../../../_ui/state-words";
import { Duration } from "../../../_ui/times";
import { useEditor } from "../editor-context";
import type { ScratchParts } from "./scratch-tab";
import styles from "./scratch.module.css";

type Params = NonNullable<inferRouterInputs<AppRouter>["run"]["scratch"]["params"]>;

interface Started {
  readonly id: string;
  readonly number: number;
  readonly task: string;
}

export function ScratchCell({
  name,
  source,
  parts,
  focus,
  onSource,
  onRemove,
}: {
  readonly name: string;
  readonly source: string;
  readonly parts: ScratchParts;
  readonly focus: boolean;
  readonly onSource: (source: string) => void;
  readonly onRemove: () => void;
}) {
  const trpc = useTRPC();
  const editor = useEditor();
  const code = useRef<CodeEditorHandle>(null);
  const [started, setStarted] = useState<Started>();
  const [fault, setFault] = useState<string>();
  const start = useMutation(trpc.run.scratch.mutationOptions());
  const cancel = useMutation(trpc.run.cancel.mutationOptions());
  useEffect(() => {
    if (focus) code.current?.focus();
  }, [focus]);
  const [row, setRow] = useState<TaskRunRow>();
  const [live, setLive] = useState(false);
  useSubscription(
    trpc.run.watch.subscriptionOptions(started && live ? { id: started.id, seq: 0 } : skipToken, {
      onData: (patch) => {
        const own = patch.taskRuns.find(({ taskKey, mapIndex }) => taskKey === started?.task && mapIndex === undefined);
        if (own) setRow(own);
        if (!isLive(patch.run.status)) setLive(false);
      },
    }),
  );
  const run = async () => {
    setFault(undefined);
    try {
      const revision = await parts.saveNow();
      const next = await start.mutateAsync({ notebookId: parts.notebookId, revision, params: parts.given as Params, source });
      setRow(undefined);
      setStarted(next);
      setLive(true);
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  const busy = live || start.isPending;
  return (
    <section className={styles.cell} aria-label={name}>
      <div className={styles.head}>
        <h3 className={styles.name}>{name}</h3>
        {busy && started && live ? (
          <IconButton small label={`Stop ${name}`} onClick={() => cancel.mutate({ id: started.id })}>
            <Square size={12} fill="currentColor" />
          </IconButton>
        ) : (
          <IconButton small label={`Run ${name}`} keys="Ctrl Enter" disabled={busy || source.trim() === ""} onClick={() => void run()}>
            <Play size={14} />
          </IconButton>
        )}
        <IconButton small label={`Remove ${name}`} onClick={onRemove}>
          <X size={14} />
        </IconButton>
      </div>
      <div className={styles.code}>
        <CodeEditor
          ref={code}
          value={source}
          language="typescript"
          label={`Code of ${name}`}
          onChange={onSource}
          names={() => editor.names("")}
          keys={{
            run: () => {
              if (!busy && source.trim() !== "") void run();
              return true;
            },
            leave: () => {
              (document.activeElement as HTMLElement | null)?.blur();
              return true;
            },
          }}
        />
      </div>
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
      {started && (
        <div className={styles.output} role="status" aria-label={`Result of ${name}`}>
          <p className={styles.state}>
            <StateLabel state={row?.status ?? "queued"}>{stateWords[row?.status ?? "queued"]}</StateLabel>
            {row?.durationMs !== undefined && <Duration ms={row.durationMs} />}
            <Link href={`/runs/${started.id}`} prefetch={false}>
              Run #{started.number}
            </Link>
          </p>
          {row && !isLive(row.status) && <ScratchResult row={row} />}
        </div>
      )}
    </section>
  );
}

function ScratchResult({ row }: { readonly row: TaskRunRow }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.run.taskRun.queryOptions({ id: row.id }, { staleTime: Infinity }));
  if (detail.error) return <ErrorNotice doing="show the result" error={detail.error} onRetry={() => void detail.refetch()} />;
  if (!detail.data) return null;
  const { displays, error } = detail.data;
  return (
    <>
      {error && (
        <p className={styles.fault}>
          {error.name}: {error.message}
          {error.frames[0] && ` (line ${error.frames[0].line})`}
        </p>
      )}
      {displays.map((display, index) => (
        <div key={index} className={styles.display}>
          <DisplayView display={display} source={{ taskRunId: row.id, index }} />
        </div>
      ))}
      {row.attempt > 0 && (
        <details className={styles.log}>
          <summary>Log</summary>
          <div className={styles.lines}>
            <LogView taskRunId={row.id} attempt={row.attempt} live={false} />
          </div>
        </details>
      )}
    </>
  );
}
