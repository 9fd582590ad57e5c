/** Random Dags and random histories over them: every action is answered some time, in any order, with dups and strays. */
import fc from "fast-check";
import type { Dag, Task, TaskOptions } from "../../compile/dag";
import { defaultOptions, foreverMs } from "../../compile/parse-options";
import { applyChanges } from "../apply-changes";
import { pendingActions } from "../pending-actions";
import type { RunEvent } from "../run-event";
import type { RunSpec, ValueRef } from "../run";
import { isRunTerminal, newRun, type RunAction, type RunState, type Transition } from "../run-state";
import { transition } from "../transition";

export function task(key: string, needs: readonly string[] = [], patch: Partial<TaskOptions> = {}, each = false): Task {
  return {
    key,
    title: key,
    cell: key,
    kind: "code",
    needs: needs.map((need) => ({ task: need, names: [need] })),
    params: [],
    outputs: [key],
    display: false,
    datasets: [],
    program: {
      text: needs.join(" "),
      imports: [],
      lines: [],
      display: undefined,
      classes: [],
      ownClasses: [],
      dynamicImports: [],
      returns: [],
    },
    expandProgram: undefined,
    reads: { task: needs, expand: needs },
    paramReads: { task: [], expand: [] },
    settings: {},
    each: each ? [{ name: "item", source: "items" }] : undefined,
    when: undefined,
    options: { ...defaultOptions, ...patch },
    fingerprint: key,
  };
}

export function spec(tasks: readonly Task[], patch: Partial<RunSpec> = {}, failFast = false): RunSpec {
  const dag: Dag = {
    tasks,
    params: [],
    outputs: [],
    title: undefined,
    description: undefined,
    dependencies: {},
    image: undefined,
    failFast,
  };
  return {
    id: "run",
    workspaceId: "w",
    notebookId: "n",
    notebook: "n",
    trigger: "manual",
    params: {},
    logicalDate: undefined,
    dag,
    targets: undefined,
    cache: "use",
    ...patch,
  };
}

export function ref(text: string): ValueRef {
  return { hash: text, bytes: 1, codec: "json", inline: "MQ==", summary: text };
}

/** A cell that waits: for an answer, or for a time. */
export function held(key: string, kind: "approval" | "wait", needs: readonly string[] = [], patch: Partial<Task> = {}): Task {
  const settings = kind === "wait" ? { for: "20s" } : { form: key };
  return { ...task(key, needs, { timeout: 60_000 }), kind, settings, outputs: kind === "approval" ? [key] : [], ...patch };
}

const optionPatches = fc.record({
  join: fc.constantFrom("all", "all", "all", "any", "done", "failed"),
  on: fc.constantFrom(undefined, undefined, undefined, undefined, "success", "failure", "exit"),
  retries: fc.constantFrom(0, 0, 1, 2),
  retryDelay: fc.constantFrom(0, 10_000),
  concurrency: fc.constantFrom(undefined, undefined, 1, 2),
  cache: fc.constantFrom("on", "on", "off"),
  queueTimeout: fc.constantFrom(undefined, undefined, undefined, 1_000),
}) as fc.Arbitrary<Partial<TaskOptions>>;

export const randomSpec: fc.Arbitrary<RunSpec> = fc
  .record({
    tasks: fc.array(
      fc.record({
        needs: fc.array(fc.nat(7), { maxLength: 3 }),
        patch: optionPatches,
        each: fc.boolean(),
        kind: fc.constantFrom("code", "code", "code", "code", "approval", "wait") as fc.Arbitrary<"code" | "approval" | "wait">,
        when: fc.constantFrom(undefined, "x > 0"),
        forever: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
    timeout: fc.constantFrom(undefined, undefined, undefined, 100_000),
    failFast: fc.constantFrom(false, false, false, true),
    cache: fc.constantFrom("use", "off") as fc.Arbitrary<"use" | "off">,
    target: fc.option(fc.nat(7), { nil: undefined }),
  })
  .map(({ tasks, failFast, cache, target, timeout }) => {
    const made = tasks.map(({ needs, patch, each, kind, when, forever }, index) => {
      const upstream = [...new Set(needs.filter((need) => need < index).map((need) => `t${need}`))].sort();
      const plain = task(`t${index}`, upstream, patch, each);
      if (kind === "code") return plain;
      const options = { ...plain.options, timeout: forever ? foreverMs : 60_000 };
      return held(plain.key, kind, upstream, { when, options });
    });
    const chosen = target === undefined ? undefined : made[target]?.key;
    return spec(made, { cache, targets: chosen === undefined ? undefined : [chosen], timeout }, failFast);
  });

/** Chooses: each number decides which open action is answered next and how. */
export type Choices = readonly number[];

export const randomChoices: fc.Arbitrary<Choices> = fc.array(fc.nat(0x7fffffff), { minLength: 5, maxLength: 120 });

/** Plays a whole history. `watch` sees every transition before it is applied. Returns the run, which has ended. */
export function play(given: RunSpec, choices: Choices, watch: (run: RunState, event: RunEvent, made: Transition) => void): RunState {
  const run = newRun(given);
  let open: RunAction[] = [];
  const past: RunEvent[] = [];
  let at = 1_000;
  let step = 0;
  let meddled = 0;
  const apply = (event: RunEvent) => {
    const made = transition(run, event);
    watch(run, event, made);
    applyChanges(run, made.changes);
    open.push(...made.actions.filter(({ type }) => type !== "notify" && type !== "remember" && type !== "run-ended"));
    past.push(event);
  };
  apply({ type: "submitted", at });
  for (let guard = 0; guard < 20_000; guard++) {
    const chance = mix(choices[step++ % choices.length]!, step);
    at += chance % 50;
    if (chance % 23 === 0 && step < choices.length) apply({ ...past[chance % past.length]! });
    if (chance % 13 === 0 && meddled < 6) {
      meddled++;
      apply(meddle(run, chance >>> 9, at));
    }
    // As if the server had been killed: what is open is said again.
    if (chance % 29 === 0 && step < choices.length) open = [...open.filter(({ type }) => type === "launch"), ...pendingActions(run)];
    if (open.length === 0) {
      if (isRunTerminal(run.fields.status)) {
        if (meddled >= 6 || chance % 3 === 0) return run;
        meddled++;
        apply(meddle(run, chance >>> 9, at));
        continue;
      }
      // Only people can help it on now.
      if (run.fields.paused) apply({ type: "resume-requested", by: "Eve", at });
      else
        apply(
          answerFor(
            run,
            run.taskRuns.findIndex(({ status }) => status === "waiting"),
            chance,
            at,
          ),
        );
      continue;
    }
    const [action] = open.splice(chance % open.length, 1);
    const event = answer(run, action!, (chance >>> 8) % 100, at);
    if (event.type === "due" || event.type === "run-due") at = Math.max(at, event.at);
    apply(event);
  }
  throw new Error("The run does not end.");
}

/** What people do, whether it makes sense or not. */
function meddle(run: RunState, chance: number, at: number): RunEvent {
  const by = chance % 2 === 0 ? "Ada" : undefined;
  const ordinal = (chance >>> 4) % (run.taskRuns.length + 1);
  const note = chance % 3 === 0 ? "because" : undefined;
  switch (chance % 16) {
    case 0:
      return { type: "cancel-requested", how: "stop", by, at };
    case 1:
      return { type: "cancel-requested", how: "terminate", by, at };
    case 2:
    case 3:
    case 4:
      return { type: "pause-requested", by, at };
    case 5:
      return { type: "resume-requested", by, at };
    case 6:
      return { type: "retry-requested", ordinal: undefined, by, at };
    case 7:
    case 8:
      return { type: "retry-requested", ordinal, by, at };
    case 9:
    case 10:
      return { type: "clear-requested", ordinal, by, at };
    case 11:
    case 12:
      return { type: "mark-requested", ordinal, as: "succeeded", note, by, at };
    case 13:
      return { type: "mark-requested", ordinal, as: "failed", note, by, at };
    default:
      return answerFor(run, ordinal, chance, at);
  }
}

function answerFor(run: RunState, ordinal: number, chance: number, at: number): RunEvent {
  const { key } = run.plan.tasks[run.taskRuns[ordinal]?.task ?? -1] ?? { key: "none" };
  const approved = chance % 3 !== 0;
  const outputs: Record<string, ValueRef> = approved ? { [key]: ref(`${key}-answer`) } : {};
  return { type: "answered", ordinal, approved, outputs, note: undefined, by: "Ada", at };
}

function answer(run: RunState, action: RunAction, chance: number, at: number): RunEvent {
  if (action.type === "wake-run") return { type: "run-due", at: Math.max(at, action.at) };
  if (!("ordinal" in action)) throw new Error(`No answer to ${action.type}.`);
  const { ordinal } = action;
  const taskRun = run.taskRuns[ordinal]!;
  const { key, each } = run.plan.tasks[taskRun.task]!;
  const group = each !== undefined && taskRun.mapIndex === undefined;
  const size = chance % 5;
  const elements = { item: Array.from({ length: size }, (_, index) => ref(`${key}${index}`)) };
  const outputs = { [key]: ref(`${key}-${ordinal}`) };
  switch (action.type) {
    case "lookup-cache": {
      const parts = { program: "p", inputs: {}, params: {}, data: {}, image: "i", environment: "e", options: {}, sdk: "1" };
      if (chance < 70 || taskRun.fresh) return { type: "cache-missed", ordinal, key: `k${ordinal}`, parts, why: { type: "first-run" }, at };
      const entry = { taskRunId: "other-1", outputs: group ? {} : outputs, displays: [], elements: group ? elements : undefined };
      return { type: "cache-hit", ordinal, key: `k${ordinal}`, parts, entry, at };
    }
    case "enqueue":
      return { type: "claimed", ordinal, at };
    case "wake":
      return { type: "due", ordinal, at: Math.max(at, action.at) };
    case "stop":
      return { type: "attempt-cancelled", ordinal, attempt: action.attempt, reason: "cancelled", error: undefined, at };
    case "launch": {
      const about = { ordinal, attempt: action.attempt, at };
      if (chance < 10) return { ...about, type: "attempt-lost", reason: "node-lost", error: undefined };
      if (chance < 15) return { ...about, type: "lease-expired" };
      if (chance < 30) {
        const reason = chance < 25 ? "exception" : "timeout";
        return { ...about, type: "attempt-failed", reason, error: { name: "Error", message: "no", frames: [] }, random: chance / 100 };
      }
      if (group) return { ...about, type: "expanded", elements };
      if (chance < 40) return { ...about, type: "attempt-skipped" };
      return { ...about, type: "attempt-succeeded", outputs, usage: { durationMs: 1, cpuMs: 1, peakMemoryBytes: 1 } };
    }
    default:
      throw new Error(`No answer to ${action.type}.`);
  }
}

function mix(a: number, b: number): number {
  let x = (a ^ Math.imul(b, 0x9e3779b1)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
  return (x ^ (x >>> 13)) >>> 0;
}
