/**
 * The one judge of every fault: reads what is left, in the database, in the store and with the witness, and says which of
 * the invariants of docs/reliability.md is broken. It knows nothing of how the engine works.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import type { ObjectStore } from "../../../artifact/object-store";
import { valueKey } from "../../../artifact/store";
import type { Database } from "../../../db/database";
import type { Pool } from "../../../db/pool";
import { viewRun } from "../../view-run";
import type { Seen } from "./witness";

export interface Evidence {
  readonly pool: Pool;
  /** Runs that were accepted; all of them have to have ended. */
  readonly runs: readonly string[];
  readonly witness: readonly Seen[];
  /** Homes whose stores hold values. */
  readonly homes?: readonly string[];
  /** A store elsewhere that holds them, of the workspace w1. */
  readonly objects?: Pick<ObjectStore, "read">;
  /** Where pages read: what they show is compared with what is. */
  readonly pages?: Database;
  /** Slots that each engine says are in use. */
  readonly loads?: readonly { readonly runs: number; readonly attempts: number }[];
  /** Runs that were retried as a whole: what had ended may change. */
  readonly retried?: readonly string[];
}

interface TaskRow {
  readonly id: string;
  readonly run_id: string;
  readonly task_key: string;
  readonly map_index: number | null;
  readonly status: string;
  readonly reason: string | null;
  readonly attempt: number;
  readonly expanded: number | null;
  readonly outputs: Record<string, { hash?: string; inline?: string; list?: { hash: string; inline?: string }[] }> | null;
}

interface AttemptRow {
  readonly task_run_id: string;
  readonly attempt: number;
  readonly status: string;
  readonly reason: string | null;
  readonly log_records: number;
  readonly log_cut: number;
}

const terminal = new Set(["succeeded", "cached", "failed", "skipped", "cancelled"]);

/** One line per broken invariant; none when all is well. */
export async function judge(evidence: Evidence): Promise<string[]> {
  const { pool, runs } = evidence;
  const faults: string[] = [];
  const { rows: runRows } = await pool.query<{
    id: string;
    workspace_id: string;
    status: string;
    reason: string | null;
    revision: number;
    spec: Spec;
  }>("select id, workspace_id, status, reason, revision, spec from run where id = any($1)", [runs]);
  const { rows: tasks } = await pool.query<TaskRow>("select * from task_run where run_id = any($1)", [runs]);
  const { rows: attempts } = await pool.query<AttemptRow>(
    "select a.* from attempt a join task_run t on t.id = a.task_run_id where t.run_id = any($1)",
    [runs],
  );
  for (const id of runs) {
    const run = runRows.find((row) => row.id === id);
    if (!run) faults.push(`I1: run ${id} was accepted and is not there`);
    else if (!terminal.has(run.status)) faults.push(`I1: run ${id} is ${run.status}`);
    else if (run.status === "failed" && run.reason === null) faults.push(`I1: run ${id} failed without a reason`);
  }
  for (const task of tasks) if (!terminal.has(task.status)) faults.push(`I1: task run ${task.id} is ${task.status}`);
  await judgeHistory(evidence, runRows, faults);
  judgeAttempts(tasks, attempts, faults);
  judgeWitness(evidence, runRows, tasks, faults);
  await judgeWords(evidence, tasks, attempts, faults);
  await judgeValues(evidence, tasks, faults);
  await judgePages(evidence, runRows, tasks, faults);
  for (const { attempts: held, runs: live } of evidence.loads ?? [])
    if (held > 0 || live > 0) faults.push(`I10: ${held} slots and ${live} runs are held after the end`);
  return faults;
}

interface Spec {
  readonly dag: { readonly tasks: readonly { key: string; needs: readonly { task: string }[]; options: { join: string; on?: string } }[] };
}

type Event = { status?: string; taskRuns?: [string, string, number, ...unknown[]][] };

/** I2 over the event log: no gap, no way back, attempts one after the other. */
async function judgeHistory(
  { pool, runs, retried = [] }: Evidence,
  runRows: readonly { id: string; revision: number }[],
  faults: string[],
) {
  const { rows } = await pool.query<{ run_id: string; seq: number; event: Event }>(
    "select run_id, seq, event from run_event where run_id = any($1) order by run_id, seq",
    [runs],
  );
  const seen = new Map<string, { status: string; attempt: number }>();
  const last = new Map<string, number>();
  for (const { run_id, seq, event } of rows) {
    if (seq !== (last.get(run_id) ?? 0) + 1) faults.push(`I2: event ${seq} of run ${run_id} follows ${last.get(run_id) ?? 0}`);
    last.set(run_id, seq);
    for (const [id, status, attempt] of event.taskRuns ?? []) {
      const before = seen.get(id);
      if (before && attempt < before.attempt) faults.push(`I2: attempt of ${id} went from ${before.attempt} back to ${attempt}`);
      if (before && terminal.has(before.status) && status !== before.status && !retried.includes(run_id))
        faults.push(`I2: ${id} was ${before.status} and became ${status}`);
      seen.set(id, { status, attempt });
    }
  }
  for (const { id, revision } of runRows)
    if (last.get(id) !== revision) faults.push(`I2: run ${id} is at ${revision}, its log at ${last.get(id)}`);
}

function judgeAttempts(tasks: readonly TaskRow[], attempts: readonly AttemptRow[], faults: string[]): void {
  const byTask = groupBy(attempts, ({ task_run_id }) => task_run_id);
  for (const task of tasks) {
    const mine = [...(byTask.get(task.id) ?? [])].sort((a, b) => a.attempt - b.attempt);
    mine.forEach(({ attempt }, index) => {
      if (attempt !== index + 1) faults.push(`I2: attempts of ${task.id} are numbered ${mine.map((each) => each.attempt).join(" ")}`);
    });
    for (const { attempt, status, reason } of mine) {
      if (status === "launching" || status === "running") faults.push(`I2: attempt ${attempt} of ${task.id} is ${status} for ever`);
      else if (status !== "succeeded" && reason === null) faults.push(`I1: attempt ${attempt} of ${task.id} is ${status} without a reason`);
    }
    if (task.attempt !== mine.length) faults.push(`I2: ${task.id} is at attempt ${task.attempt} and has ${mine.length}`);
    const succeeded = mine.filter(({ status }) => status === "succeeded");
    if (task.status === "succeeded" && mine.length > 0 && succeeded.at(-1)?.attempt !== task.attempt)
      faults.push(`I2: ${task.id} succeeded, its attempt ${task.attempt} did not`);
  }
}

/** I3 and I4 by what the attempts themselves saw. */
function judgeWitness(
  { witness, runs }: Evidence,
  runRows: readonly { id: string; spec: Spec }[],
  tasks: readonly TaskRow[],
  faults: string[],
) {
  const mine = witness.filter(({ run }) => runs.includes(run));
  const byStep = groupBy(mine, ({ run, task, index }) => `${run} ${task} ${index ?? ""}`);
  for (const [step, each] of byStep) {
    const inOrder = [...each].sort((a, b) => a.start - b.start);
    for (let n = 1; n < inOrder.length; n++) {
      const [a, b] = [inOrder[n - 1]!, inOrder[n]!];
      if (a.attempt === b.attempt) faults.push(`I2: attempt ${a.attempt} of ${step} was started twice`);
      if (b.start < a.last)
        faults.push(`I3: attempts ${a.attempt} and ${b.attempt} of ${step} ran at once for ${Math.round(a.last - b.start)} ms`);
    }
  }
  for (const { id, spec } of runRows) {
    for (const { key, needs, options } of spec.dag.tasks) {
      if (options.join !== "all" || options.on !== undefined) continue;
      const started = Math.min(...mine.filter(({ run, task }) => run === id && task === key).map(({ start }) => start));
      for (const need of needs) {
        const before = mine.filter(({ run, task, end }) => run === id && task === need.task && end);
        // Not every task of a story has a witness, and what came out of the cache has none.
        if (before.length === 0 || started === Infinity) continue;
        const first = tasks.filter((row) => row.run_id === id && row.task_key === need.task && row.map_index === null)[0];
        if (first?.status !== "succeeded") faults.push(`I4: ${key} of ${id} ran, though ${need.task} is ${first?.status}`);
        if (Math.min(...before.map(({ last }) => last)) > started) faults.push(`I4: ${key} of ${id} started before ${need.task} had ended`);
      }
    }
  }
}

/** I5 and I6: of a successful attempt every point and every line is there, once. */
async function judgeWords({ pool, runs, witness }: Evidence, tasks: readonly TaskRow[], attempts: readonly AttemptRow[], faults: string[]) {
  const { rows: points } = await pool.query<{ task_run_id: string; attempt: number; n: number; d: number; last: number }>(
    `select s.task_run_id, s.attempt, count(*)::int as n, count(distinct p.seq)::int as d, max(p.seq)::int as last
     from metric_series s join metric_point p on p.series_id = s.id where s.run_id = any($1) group by 1, 2`,
    [runs],
  );
  for (const task of tasks) {
    if (task.status !== "succeeded") continue;
    const seen = witness.find(
      ({ run, task: key, index, attempt }) =>
        run === task.run_id && key === task.task_key && (index ?? null) === task.map_index && attempt === task.attempt,
    );
    if (!seen) continue;
    if (!seen.end) {
      faults.push(`I2: ${task.id} succeeded, but its attempt ${task.attempt} never came to its end`);
      continue;
    }
    const stored = points.find((row) => row.task_run_id === task.id && row.attempt === task.attempt);
    if ((stored?.n ?? 0) !== seen.end.points || (stored && (stored.d !== stored.n || stored.last !== stored.n - 1)))
      faults.push(`I5: ${task.id} gave ${seen.end.points} points, ${stored?.n ?? 0} are stored`);
    const log = attempts.find((row) => row.task_run_id === task.id && row.attempt === task.attempt);
    if (log && log.log_records + log.log_cut !== seen.end.lines)
      faults.push(`I6: ${task.id} said ${seen.end.lines} lines, ${log.log_records} are kept and ${log.log_cut} declared as cut`);
  }
}

/** I7: what a row names is there, whole. */
async function judgeValues({ pool, runs, homes = [], objects }: Evidence, tasks: readonly TaskRow[], faults: string[]) {
  const { rows: artifacts } = await pool.query<{ value: { hash: string; inline?: string } }>(
    "select value from artifact where run_id = any($1)",
    [runs],
  );
  const refs = tasks.flatMap(({ outputs }) =>
    Object.values(outputs ?? {}).flatMap((ref) => ref.list ?? [ref as { hash: string; inline?: string }]),
  );
  for (const { hash, inline } of [...refs, ...artifacts.map(({ value }) => value)]) {
    const bytes =
      inline !== undefined ? Buffer.from(inline, "base64") : objects ? await readObject(objects, hash) : readStored(homes, hash);
    if (bytes === undefined) {
      if (homes.length > 0 || objects) faults.push(`I7: value ${hash} is named and not there`);
    } else if (createHash("sha256").update(bytes).digest("hex") !== hash) faults.push(`I7: value ${hash} is not what its hash says`);
  }
}

/** I9: a page that is opened now shows the state and the reason of each run and task, and none that goes on. */
async function judgePages(
  { pages }: Evidence,
  runRows: readonly { id: string; workspace_id: string; status: string; reason: string | null }[],
  tasks: readonly TaskRow[],
  faults: string[],
) {
  if (!pages) return;
  for (const { id, workspace_id, status, reason } of runRows) {
    const view = await viewRun(pages, workspace_id, id);
    const shown = (each: { status: string; reason: unknown }) => `${each.status} ${String(each.reason ?? "")}`.trim();
    if (shown(view) !== shown({ status, reason }))
      faults.push(`I9: run ${id} is shown as ${shown(view)} and is ${shown({ status, reason })}`);
    if (view.finishedAt === undefined) faults.push(`I9: run ${id} is shown without its end`);
    for (const row of view.taskRuns) {
      const task = tasks.find((each) => each.id === row.id);
      if (!task || shown(row) !== shown(task))
        faults.push(`I9: ${row.id} is shown as ${shown(row)} and is ${task ? shown(task) : "not there"}`);
      if (row.progress !== undefined) faults.push(`I9: ${row.id} is shown as going on`);
    }
  }
}

async function readObject(objects: Pick<ObjectStore, "read">, hash: string): Promise<Buffer | undefined> {
  const found = await objects.read(valueKey("w1", hash));
  return found && buffer(found.stream);
}

function readStored(homes: readonly string[], hash: string): Buffer | undefined {
  for (const home of homes) {
    const store = path.join(home, "store");
    for (const workspace of fs.existsSync(store) ? fs.readdirSync(store) : []) {
      const file = path.join(store, workspace, "values", hash.slice(0, 2), hash);
      if (fs.existsSync(file)) return fs.readFileSync(file);
    }
  }
  return undefined;
}

function groupBy<T>(all: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return groups;
}
