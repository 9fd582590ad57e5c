/** How a run went, as a handler (`on=`) is told when everything else has ended. */
import { Draft } from "./draft";
import { elementsOf } from "./fan-out";
import { reasonSentence } from "./reason-sentences";
import type { Reason } from "./run";
import type { RunState, TaskRunState } from "./run-state";

export interface RunOutcome {
  readonly status: "succeeded" | "failed" | "cancelled";
  /** Of the first task that failed. */
  readonly reason?: Reason;
  readonly failed: readonly FailedTask[];
  /** From the first task's start to the handler's. */
  readonly durationMs: number;
}

export interface FailedTask {
  readonly task: string;
  readonly title: string;
  /** Of a fan-out: which element failed. */
  readonly mapIndex?: number;
  readonly reason: Reason;
  readonly message: string;
}

/** A fan-out may fail a thousand times over: the first ones say what is wrong. */
const mostFailed = 100;
const mostCharacters = 2_000;

/** Undefined for a task that does not wait for all others. */
export function runOutcome(run: RunState, taskRun: TaskRunState, at: number): RunOutcome | undefined {
  const { plan, fields } = run;
  if (!plan.late[taskRun.task]) return undefined;
  const draft = new Draft(run);
  const failed = plan.tasks.flatMap((_, index) => {
    const group = run.taskRuns[index]!;
    if (plan.late[index] || group.status !== "failed") return [];
    const elements = [...elementsOf(draft, index)].map((ordinal) => run.taskRuns[ordinal]!).filter(({ status }) => status === "failed");
    return elements.length > 0 ? elements : [group];
  });
  failed.sort((a, b) => (a.finishedAt ?? at) - (b.finishedAt ?? at));
  const durationMs = Math.max(0, at - (fields.startedAt ?? at));
  const { reason } = fields;
  const stopped = reason === "cancelled" || plan.tasks.some((_, index) => !plan.late[index] && run.taskRuns[index]!.status === "cancelled");
  if (failed.length === 0 && reason !== "run-timeout") return { status: stopped ? "cancelled" : "succeeded", failed: [], durationMs };
  const told = failed.slice(0, mostFailed).map(({ task, mapIndex, reason = "internal", current }): FailedTask => {
    const { key, title } = plan.tasks[task]!;
    const message = current?.error?.message.slice(0, mostCharacters) ?? reasonSentence(reason);
    return { task: key, title, ...(mapIndex === undefined ? {} : { mapIndex }), reason, message };
  });
  return { status: reason === "cancelled" ? "cancelled" : "failed", reason: told[0]?.reason ?? "run-timeout", failed: told, durationMs };
}
