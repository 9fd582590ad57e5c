/** What a task run waits for: closed, with one sentence each. server/run/why-waiting.ts finds it out. */
import type { TaskRunStatus } from "./run";

/** Who has the place: a task run, or a run as a whole. */
export interface Holder {
  readonly runId: string;
  readonly runNumber: number;
  readonly notebook: string;
  /** Undefined where runs are counted. */
  readonly task: { readonly id: string; readonly title: string; readonly mapIndex: number | undefined } | undefined;
  /** ISO date. */
  readonly since: string;
}

interface Taken {
  readonly size: number;
  readonly holders: readonly Holder[];
}

export type WaitingFor =
  | {
      readonly type: "upstream";
      readonly tasks: readonly { readonly id: string; readonly title: string; readonly status: TaskRunStatus }[];
    }
  /** A handler: all other tasks of the run have to end first. */
  | { readonly type: "rest-of-run"; readonly open: number }
  /** The cell's own concurrency=. */
  | { readonly type: "concurrency"; readonly limit: number }
  | (Taken & { readonly type: "pool"; readonly name: string })
  | { readonly type: "unknown-pool"; readonly name: string; readonly known: readonly string[] }
  | (Taken & {
      readonly type: "lock";
      readonly name: string;
      /** Nobody of these goes on: the first holds the lock, each waits for a lock of the next, the last waits for this run. */
      readonly cycle?: readonly Holder[] | undefined;
    })
  | {
      readonly type: "rate";
      readonly of: "pool" | "lock";
      readonly name: string;
      readonly count: number;
      readonly seconds: number;
      /** ISO date. */
      readonly until: string;
    }
  | (Taken & { readonly type: "notebook-tasks" | "notebook-runs" | "workspace-tasks" | "workspace-runs" })
  | { readonly type: "retry"; readonly until: string; readonly attempt: number }
  | { readonly type: "paused" }
  | { readonly type: "approval" }
  | { readonly type: "time"; readonly until: string }
  /** A run that the task has started has to end first. */
  | { readonly type: "subrun" }
  /** Only workers elsewhere serve its pool (or have the GPUs that it asks for), and none can take it now. */
  | {
      readonly type: "no-worker";
      readonly pool: string;
      readonly gpu: number;
      /** What the pool asks of its workers, as `key=value`. */
      readonly labels?: readonly string[] | undefined;
      /** What each of them is short of, by name. */
      readonly workers: readonly {
        readonly name: string;
        readonly state: "gone" | "draining" | "full" | "no-gpu" | "no-label";
        /** Labels that it has not. */
        readonly missing?: readonly string[] | undefined;
      }[];
    }
  /** No room on the machine: so many attempts run there now. */
  | { readonly type: "worker"; readonly running: number }
  /** Nobody has been heard of who works on the run. */
  | { readonly type: "server" }
  /** Its process is being started. */
  | { readonly type: "start" };

export function waitingSentence(waiting: WaitingFor): string {
  switch (waiting.type) {
    case "upstream": {
      const { tasks } = waiting;
      return `It waits for ${list(tasks.map(({ title }) => `“${title}”`))}, which ${tasks.length === 1 ? "has" : "have"} not ended.`;
    }
    case "rest-of-run":
      return `It runs after everything else: ${count(waiting.open, "other task has", "other tasks have")} not ended.`;
    case "concurrency":
      return `Its cell lets ${count(waiting.limit, "element", "elements")} run at once (concurrency=${waiting.limit}), and as many do.`;
    case "pool":
      return `The pool “${waiting.name}” is full: ${taken(waiting)}`;
    case "unknown-pool":
      return `There is no pool “${waiting.name}” in this workspace. Make it under Pools and the task goes on by itself, or name ${
        waiting.known.length === 1 ? "the pool" : "one of the pools"
      } ${list(
        waiting.known.map((name) => `“${name}”`),
        "or",
      )} in the cell.`;
    case "lock":
      if (waiting.cycle) return deadlock(waiting.name, waiting.cycle);
      if (waiting.size === 1) return `The lock “${waiting.name}” is taken${heldBy(waiting.holders)}.`;
      return `All ${waiting.size} permits of the lock “${waiting.name}” are taken${heldBy(waiting.holders)}.`;
    case "rate":
      return `The ${waiting.of} “${waiting.name}” lets ${count(waiting.count, "task", "tasks")} start in ${period(waiting.seconds)}: the next one may start soon.`;
    case "notebook-tasks":
      return `The notebook may run ${count(waiting.size, "task", "tasks")} at once: ${taken(waiting)}`;
    case "notebook-runs":
      return `The notebook may have ${count(waiting.size, "run", "runs")} going at once, and ${names(waiting.holders)} ${waiting.holders.length === 1 ? "is" : "are"}.`;
    case "workspace-tasks":
      return `The workspace may run ${count(waiting.size, "task", "tasks")} at once: ${taken(waiting)}`;
    case "workspace-runs":
      return `The workspace may have ${count(waiting.size, "run", "runs")} going at once, and ${names(waiting.holders)} ${waiting.holders.length === 1 ? "is" : "are"}.`;
    case "retry":
      return `Try ${waiting.attempt} failed; the next one starts after a pause (retryDelay=, backoff=).`;
    case "paused":
      return "The run is paused: resume it and the task goes on.";
    case "approval":
      return "It waits for somebody to approve it.";
    case "time":
      return "It waits for a time that its cell names.";
    case "subrun":
      return "It waits for a run that it has started.";
    case "no-worker":
      return noWorker(waiting);
    case "worker":
      if (waiting.running === 0) return "It is next: a worker takes it in a moment.";
      return `No worker is free: ${count(waiting.running, "task runs", "tasks run")} there now, and workspaces take turns.`;
    case "server":
      return "The server that worked on this run has not been heard of; another one goes on with it within a minute.";
    case "start":
      return "It has its place, and its process is being started.";
  }
}

function noWorker({ pool, gpu, labels = [], workers }: Extract<WaitingFor, { type: "no-worker" }>): string {
  const of = (state: string) => workers.filter((each) => each.state === state).map(({ name }) => name);
  const [full, draining, gone, short] = [of("full"), of("draining"), of("gone"), of("no-gpu")];
  const asks = [...(labels.length > 0 ? [` (${labels.join(", ")})`] : []), ...(gpu > 0 ? [` with gpu=${gpu}`] : [])].join("");
  const unlabelled = workers.filter(({ state }) => state === "no-label");
  const lacking = unlabelled.slice(0, mostNames).map(({ name, missing = [] }) => `${name} lacks ${list(missing)}`);
  const others = unlabelled.length - lacking.length;
  const why = [
    ...(full.length > 0 ? [`${list(full)} ${full.length === 1 ? "has" : "have"} no free slot`] : []),
    ...(draining.length > 0 ? [`${list(draining)} ${draining.length === 1 ? "is" : "are"} draining`] : []),
    ...(gone.length > 0 ? [`${list(gone)} ${gone.length === 1 ? "is" : "are"} gone`] : []),
    ...(short.length > 0 ? [`${list(short)} ${short.length === 1 ? "has" : "have"} too few GPUs`] : []),
    ...lacking,
    ...(others > 0 ? [`${count(others, "more lacks", "more lack")} such a label`] : []),
  ];
  const serves = full.length > 0 ? `No worker of the pool “${pool}”${asks} is free` : `No worker serves the pool “${pool}”${asks} now`;
  if (why.length > 0) return `${serves}: ${list(why)}.`;
  return labels.length > 0
    ? `${serves}. Start one with ${labels.map((label) => `--label ${label}`).join(" ")}.`
    : `${serves}. Add one on the Workers page.`;
}

function deadlock(lock: string, cycle: readonly Holder[]): string {
  const [first, ...others] = cycle;
  const chain = others.map((each) => `which waits for a lock of ${nameOf(each)}, `).join("");
  return (
    `The lock “${lock}” is held by ${first ? nameOf(first) : "a task"}, ${chain}which waits for this very run: none of them can go on. ` +
    `Give the lock another permit under Pools and they do, or stop one of the runs; then take lock= away from one of the cells.`
  );
}

function taken({ size, holders }: Taken): string {
  return `${size === 1 ? "its one place is" : `all ${size} places are`} taken${heldBy(holders)}.`;
}

function heldBy(holders: readonly Holder[]): string {
  return holders.length === 0 ? "" : ` by ${names(holders)}`;
}

const mostNames = 3;

/** “Train” of run #12. */
function names(holders: readonly Holder[]): string {
  const said = holders.slice(0, mostNames).map(nameOf);
  const more = holders.length - said.length;
  return list(more > 0 ? [...said, `${more} more`] : said);
}

function nameOf({ runNumber, task }: Holder): string {
  if (!task) return `run #${runNumber}`;
  return `“${task.title}${task.mapIndex === undefined ? "" : ` [${task.mapIndex}]`}” of run #${runNumber}`;
}

function list(words: readonly string[], last = "and"): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1]}`;
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

export function period(seconds: number): string {
  if (seconds % 3600 === 0) return seconds === 3600 ? "an hour" : `${seconds / 3600} hours`;
  if (seconds % 60 === 0) return seconds === 60 ? "a minute" : `${seconds / 60} minutes`;
  return seconds === 1 ? "a second" : `${seconds} seconds`;
}
