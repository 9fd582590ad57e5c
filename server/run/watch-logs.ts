import type { LogRecord } from "../executor/executor";
import type { Heddle } from "../heddle";
import { coalesce } from "./coalesce";
import { findAttempt } from "./find-run";
import { runHub } from "./run-hub";

export interface LogWatch {
  readonly workspaceId: string;
  readonly taskRunId: string;
  readonly attempt: number;
  readonly from: number;
  readonly signal: AbortSignal | undefined;
}

const most = 5000;

/** Records from `from` on, as they come; ends when the attempt has ended and all was told. */
export async function* watchLogs(heddle: Heddle, watch: LogWatch): AsyncGenerator<{ from: number; records: LogRecord[] }> {
  const { workspaceId, taskRunId, attempt, signal } = watch;
  const { runId } = await findAttempt(heddle.database, workspaceId, taskRunId, attempt);
  const { logs } = await heddle.execution.engine();
  let from = watch.from;
  const news = coalesce({
    hub: runHub,
    signal,
    netMs: 1000,
    wants: (each) =>
      (each.type === "logs" && each.taskRunId === taskRunId && each.attempt === attempt) ||
      (each.type === "changed" && each.runId === runId && each.taskRunIds.includes(taskRunId)),
  });
  for await (const _ of news) {
    // Asked before reading: what ended then has no words after those read now.
    const { ended } = await findAttempt(heddle.database, workspaceId, taskRunId, attempt);
    for (;;) {
      const { records, next } = await logs.read({ workspaceId, runId, taskRunId, attempt }, from, most);
      if (records.length > 0) yield { from, records };
      from = next;
      if (records.length < most || signal?.aborted) break;
    }
    if (ended) return;
  }
}
