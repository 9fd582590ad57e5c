/** Hands attempts to the executor and takes them back; words about them become events of their run (attempt-listener.ts). */
import type { RunEvent } from "@/pipelines/run/run-event";
import { ordinalOf, taskRunId, type TaskRunState } from "@/pipelines/run/run-state";
import type { Pool } from "../db/pool";
import type { AttemptId, AttemptListener, Executor } from "../executor/executor";
import type { MetricWriter } from "../metric/append";
import type { Timers } from "../worker/timers";
import type { AttemptCosts } from "./attempt-costs";
import { createAttemptListener } from "./attempt-listener";
import { toAttemptRequest } from "./attempt-request";
import type { LiveRun } from "./live-run";
import type { LogStore } from "./log-store";
import type { UsageKeeper } from "./usage-keeper";
import type { SubRuns } from "./sub-runs";

export interface LauncherParts {
  readonly executor: Executor;
  readonly logs: LogStore;
  readonly metrics: MetricWriter;
  readonly usage: UsageKeeper;
  readonly pool: Pool;
  readonly costs: AttemptCosts;
  readonly timers: Timers;
  readonly subRuns: SubRuns;
  now(): number;
  random(): number;
  complain(what: string, error: unknown): void;
}

const stopPatienceMs = 2_000;

/** Where events go: the dispatcher. */
export interface EventSink {
  tell(runId: string, event: RunEvent): void;
  /** For news of an attempt that needs no save of its own. */
  tellLate(runId: string, event: RunEvent): void;
  arrive(runId: string, event: RunEvent): Promise<void>;
  /** In memory here. */
  run(runId: string): LiveRun | undefined;
}

export class Launcher {
  /** `taskRunId/attempt` of attempts that the executor has from us. */
  private readonly launched = new Set<string>();
  private sink!: EventSink;

  constructor(private readonly parts: LauncherParts) {}

  connect(sink: EventSink): void {
    this.sink = sink;
    this.parts.executor.connect?.((attempt) => this.found(attempt));
  }

  has(attemptId: string): boolean {
    return this.launched.has(attemptId);
  }

  ended(attemptId: string): void {
    this.launched.delete(attemptId);
    this.parts.subRuns.ended(attemptId);
  }

  release(run: LiveRun): void {
    this.parts.executor.release(run.id);
  }

  launch(run: LiveRun, ordinal: number, attempt: number): void {
    const taskRun = run.state.taskRuns[ordinal]!;
    if (run.dropped || taskRun.attempt !== attempt || taskRun.status !== "running") return;
    void this.tryLaunch(run, taskRun, attempt).catch((error: unknown) => {
      this.parts.complain("Launching an attempt", error);
      // It may be at work all the same: then its own word that it has ended comes first.
      this.stop(run, ordinal, attempt, "lease-lost");
      this.parts.timers.later(stopPatienceMs, () => {
        this.sink.tell(run.id, {
          type: "attempt-lost",
          ordinal,
          attempt,
          reason: "internal",
          at: this.parts.now(),
          error: { name: "LaunchError", message: error instanceof Error ? error.message : String(error), frames: [] },
        });
      });
    });
  }

  stop(run: LiveRun, ordinal: number, attempt: number, reason: "cancelled" | "lease-lost"): void {
    void this.parts.executor
      .stop({ taskRunId: taskRunId(run.id, ordinal), attempt }, reason)
      .catch((error: unknown) => this.parts.complain("Stopping an attempt", error));
  }

  /** The run is not ours any more: nothing of it goes on here. */
  stopAll(run: LiveRun): void {
    for (const { ordinal, status, attempt } of run.state.taskRuns) {
      if (status === "running") this.stop(run, ordinal, attempt, "lease-lost");
    }
  }

  /** Attempts of these runs that an earlier process left at work report to us from now on. */
  async adopt(runs: ReadonlyMap<string, LiveRun>): Promise<void> {
    const found = await this.parts.executor.adopt((attempt) => this.listenerOf(runs, attempt));
    for (const { taskRunId: id, attempt } of found) this.launched.add(`${id}/${attempt}`);
  }

  /** Takes up an attempt of another machine that turned up before its run was read back; false: it did not. */
  claim(run: LiveRun, taskRun: TaskRunState): boolean {
    const attempt = { taskRunId: taskRunId(run.id, taskRun.ordinal), attempt: taskRun.attempt };
    if (!this.parts.executor.claim?.(attempt, this.listener(run, taskRun, true))) return false;
    this.launched.add(`${attempt.taskRunId}/${attempt.attempt}`);
    return true;
  }

  /** A worker came back with this attempt. */
  private found({ taskRunId: id, attempt }: AttemptId): AttemptListener | "stale" | undefined {
    const run = this.sink.run(id.slice(0, id.lastIndexOf("-")));
    if (!run || run.dropped) return undefined;
    const taskRun = run.state.taskRuns[ordinalOf(id)];
    if (taskRun?.status !== "running" || taskRun.attempt !== attempt) return "stale";
    this.launched.add(`${id}/${attempt}`);
    return this.listener(run, taskRun, true);
  }

  private async tryLaunch(run: LiveRun, taskRun: TaskRunState, attempt: number): Promise<void> {
    const { ordinal } = taskRun;
    const { executor, now, random } = this.parts;
    this.launched.add(`${taskRunId(run.id, ordinal)}/${attempt}`);
    const result = await executor.launch(toAttemptRequest(run.state, taskRun, now()), this.listener(run, taskRun, false));
    if (result.ok) {
      this.sink.tellLate(run.id, { type: "attempt-launched", ordinal, attempt, handle: result.handle, at: now() });
      return;
    }
    const error = { name: "LaunchError", message: result.message, frames: [] };
    const failed = { ordinal, attempt, reason: result.reason, error, at: now() };
    this.sink.tell(
      run.id,
      result.retriable ? { ...failed, type: "attempt-lost" } : { ...failed, type: "attempt-failed", random: random() },
    );
  }

  private listenerOf(runs: ReadonlyMap<string, LiveRun>, { taskRunId: id, attempt }: AttemptId): AttemptListener | undefined {
    const run = runs.get(id.slice(0, id.lastIndexOf("-")));
    const taskRun = run?.state.taskRuns[ordinalOf(id)];
    if (!run || taskRun?.status !== "running" || taskRun.attempt !== attempt) return undefined;
    return this.listener(run, taskRun, true);
  }

  private listener(run: LiveRun, taskRun: TaskRunState, adopted: boolean): AttemptListener {
    const { logs, metrics, usage, pool, costs, subRuns, now, random, complain } = this.parts;
    const caller = { runId: run.id, ordinal: taskRun.ordinal, attempt: taskRun.attempt };
    const task = run.state.plan.tasks[taskRun.task]!;
    return createAttemptListener({
      origin: {
        workspaceId: run.state.spec.workspaceId,
        runId: run.id,
        taskRunId: taskRunId(run.id, taskRun.ordinal),
        attempt: taskRun.attempt,
        taskKey: task.key,
        mapIndex: taskRun.mapIndex,
      },
      ordinal: taskRun.ordinal,
      group: task.each !== undefined && taskRun.mapIndex === undefined,
      adopted,
      logs,
      metrics,
      usage,
      pool,
      now,
      random,
      call: (word, answer) => subRuns.call(caller, word, answer),
      parked: (calls) => subRuns.parked(caller, calls),
      complain,
      tell: (event) => this.sink.tellLate(run.id, event),
      arrive: (event, durationMs) => {
        if (durationMs !== undefined) costs.note(task, durationMs);
        return this.sink.arrive(run.id, event);
      },
    });
  }
}
