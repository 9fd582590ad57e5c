/**
 * What a run would do, without running anything: the fold plays it in memory, stored results are looked up as in earnest,
 * and where a task would have to run, what comes after is left open. Neighbours: cache-lookup.ts, pipelines/run/transition.
 */
import type { WhyPart } from "@/pipelines/run/cache-key";
import { isHeld } from "@/pipelines/run/held";
import type { Reason, RunSpec } from "@/pipelines/run/run";
import type { RunEvent } from "@/pipelines/run/run-event";
import { newRun, type RunAction } from "@/pipelines/run/run-state";
import type { Wanting } from "./wanting";
import type { LookupAnswer } from "./cache-lookup";
import { LiveRun } from "./live-run";

export type RunForecast = readonly TaskForecast[];

export interface TaskForecast {
  readonly key: string;
  readonly title: string;
  /**
   * `cached`: a stored result is used. `runs`: nothing is stored for what it reads. `waits`: for an answer or a time.
   * `depends`: decided when those in `on` have ended. `skipped`: not in this run.
   */
  readonly verdict: "cached" | "runs" | "waits" | "depends" | "skipped";
  readonly why: WhyPart | undefined;
  readonly reason: Reason | undefined;
  /** For `cached`: the task run whose result it is. */
  readonly cachedFrom: string | undefined;
  /** For `depends`: the tasks that would run or wait before it. */
  readonly on: readonly string[];
  /** Of a fan-out that is known already: how many elements would come from the cache, and how many would run. */
  readonly elements: { readonly cached: number; readonly runs: number } | undefined;
}

export async function forecastRun(
  spec: RunSpec,
  at: number,
  lookUp: (wanted: readonly Wanting[]) => Promise<readonly LookupAnswer[]>,
): Promise<RunForecast> {
  const run = new LiveRun(newRun(spec), 0, 0);
  const { state } = run;
  const whys = new Map<number, WhyPart>();
  let open: RunAction[] = [];
  const fold = (event: RunEvent) => {
    const { changes, actions } = run.fold(event);
    for (const [ordinal, { why }] of changes.notes) if (why) whys.set(ordinal, why);
    open.push(...actions);
  };
  fold({ type: "submitted", at });
  for (;;) {
    const wanted = open.flatMap((action) => (action.type === "lookup-cache" ? [{ run, ordinal: action.ordinal }] : []));
    open = [];
    if (wanted.length === 0) break;
    for (const { event } of await lookUp(wanted)) fold({ ...event, at });
  }

  const { plan, taskRuns } = state;
  const undecided = (index: number) => taskRuns[index]!.status === "blocked";
  return plan.tasks.map((task, index): TaskForecast => {
    const { status, reason, cachedFrom, expanded } = taskRuns[index]!;
    const told = { key: task.key, title: task.title, why: whys.get(index), reason, cachedFrom, on: [], elements: undefined };
    switch (status) {
      case "cached":
      case "succeeded":
        return { ...told, verdict: "cached", elements: expanded === undefined ? undefined : { cached: expanded, runs: 0 } };
      case "skipped":
      case "failed":
      case "cancelled":
        return { ...told, verdict: "skipped" };
      case "waiting":
        return { ...told, verdict: "waits" };
      case "queued":
        return { ...told, verdict: isHeld(task) ? "waits" : "runs" };
      case "running": {
        const elements = taskRuns.filter((one) => one.task === index && one.mapIndex !== undefined);
        const cached = elements.filter((one) => one.status === "cached").length;
        return { ...told, verdict: "runs", elements: { cached, runs: elements.length - cached } };
      }
      case "blocked": {
        const on = plan.upstream[index]!.filter(
          (need) => undecided(need) || !["cached", "succeeded", "skipped"].includes(taskRuns[need]!.status),
        );
        return { ...told, verdict: "depends", on: on.map((need) => plan.tasks[need]!.key) };
      }
    }
  });
}
