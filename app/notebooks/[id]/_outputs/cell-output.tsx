"use client";
/** Below a cell: how it went, what it showed, what it defined. While it runs anew, the last result stays, dimmed. */
import { ScrollText } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import type { Cell } from "@/pipelines/notebook/notebook";
import { reasonSentence } from "@/pipelines/run/reason-sentences";
import { AnswerPanel } from "../../../_approval/answer-panel";
import { DisplayView } from "../../../_displays/display-view";
import { Button } from "../../../_ui/button";
import { formatNumber } from "../../../_ui/format-number";
import { StateLabel } from "../../../_ui/state-icon";
import { isLive, stateWords } from "../../../_ui/state-words";
import { Duration, RelativeTime } from "../../../_ui/times";
import type { CellView } from "../_runs/cell-view";
import { useEditor } from "../editor-context";
import styles from "./cell-output.module.css";
import { ChartButton } from "./chart-button";
import { ErrorOutput } from "./error-output";

const noOutputs: NonNullable<CellView["result"]>["outputs"] = [];

export const CellOutput = memo(function CellOutput({
  view,
  stale,
  title,
  cell,
}: {
  readonly view: CellView;
  readonly stale: boolean;
  readonly title: string;
  readonly cell: Cell;
}) {
  const { result, taskRun, status } = view;
  const live = isLive(status);
  const old = result !== undefined && (result.runId !== view.runId || live);
  return (
    <div className={styles.output}>
      <OutputStatus view={view} stale={stale} title={title} cell={cell} />
      {status === "waiting" && <AnswerPanel taskRunId={taskRun.id} />}
      {result && (
        <div className={styles.result} data-old={old || undefined}>
          {result.error && !live && <ErrorOutput error={result.error} reason={taskRun.reason} />}
          {result.displays.map((display, index) => (
            <div key={index} className={styles.display}>
              <DisplayView display={display} source={{ taskRunId: result.taskRun.id, index }} />
            </div>
          ))}
          {result.outputs.length > 0 && (
            <ul className={styles.values} aria-label="Values">
              {result.outputs.map(({ name, summary }) => (
                <li key={name}>
                  <code>{name}</code> <span>{summary}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
});

function OutputStatus({
  view,
  stale,
  title,
  cell,
}: {
  readonly view: CellView;
  readonly stale: boolean;
  readonly title: string;
  readonly cell: Cell;
}) {
  const editor = useEditor();
  const { taskRun, status, elements } = view;
  const progress = taskRun.progress;
  const live = isLive(status);
  return (
    <div className={styles.status}>
      <StateLabel state={status}>{status === "cached" ? "Cached" : stateWords[status]}</StateLabel>
      {status === "cached" && taskRun.cachedFrom && (
        <span>
          from <Link href={`/runs/${taskRun.cachedFrom.runId}`}>run #{taskRun.cachedFrom.runNumber}</Link>
        </span>
      )}
      {status !== "cached" && status !== "skipped" && taskRun.startedAt !== undefined && (
        <Duration from={live ? taskRun.startedAt : undefined} ms={taskRun.durationMs} />
      )}
      {elements && elements.total > 0 && (
        <span>
          {formatNumber(elements.done)} of {formatNumber(elements.total)}
          {elements.failed > 0 && <span className={styles.failed}>, {formatNumber(elements.failed)} failed</span>}
        </span>
      )}
      {progress && live && (
        <span className={styles.progress}>
          {progress.total !== undefined && <progress value={progress.done} max={progress.total} />}
          {progress.message ??
            (progress.total === undefined
              ? formatNumber(progress.done)
              : `${formatNumber(progress.done)} of ${formatNumber(progress.total)}`)}
        </span>
      )}
      {taskRun.reason !== undefined && !live && taskRun.reason !== "exception" && <span>{reasonSentence(taskRun.reason)}</span>}
      {stale && (
        <span className={styles.stale} title="The code, a parameter or something it reads has changed since">
          Out of date
        </span>
      )}
      <span className={styles.aside}>
        {taskRun.finishedAt !== undefined && !live && <RelativeTime at={taskRun.finishedAt} />}
        {view.runNumber > 0 && <Link href={`/runs/${view.runId}?task=${encodeURIComponent(taskRun.id)}`}>Run #{view.runNumber}</Link>}
        <ChartButton cell={cell} outputs={view.result?.outputs ?? noOutputs} />
        {status !== "skipped" && (
          <Button small look="quiet" onClick={() => editor.openLogs({ taskKey: view.taskKey, title })}>
            <ScrollText size={12} /> Log
          </Button>
        )}
      </span>
    </div>
  );
}
