/**
 * The run behind a call of `runNotebook`. The journal says first which run it is, then the run is begun: what is killed in
 * between is taken up where it was, and one call never starts two. Neighbours: sub-runs.ts (who waits for it),
 * ../db/sub-run.sql.ts, ../notebook/find-notebook.ts.
 */
import crypto from "node:crypto";
import type { Json } from "@/pipelines/compile/dag";
import { validateParams } from "@/pipelines/compile/validate-params";
import type { CallAnswer, CallWord } from "@/pipelines/protocol/messages";
import { canonicalJson } from "@/pipelines/run/cache-key";
import type { Caller, Reason, RunSpec, RunStatus } from "@/pipelines/run/run";
import { isRunTerminal } from "@/pipelines/run/run-state";
import { newId } from "../db/new-id";
import type { Pool } from "../db/pool";
import { beginCallSql, callAgainSql, callerOfSql, countTreeSql, findCallSql } from "../db/sub-run.sql";
import type { FindNotebook } from "../notebook/find-notebook";
import { compileVersion } from "./compile-version";
import { findLockConflict } from "./lock-cycles";
import type { SubmitMeta, SubmitResult } from "./engine";

export interface CallLimits {
  /** Runs above a run. */
  readonly depth: number;
  /** Runs under the one at the top, all told. */
  readonly total: number;
}

export const usualCallLimits: CallLimits = { depth: 32, total: 1000 };

export interface StartSubRunParts {
  readonly pool: Pool;
  /** Undefined: there are no other notebooks here. */
  readonly findNotebook: FindNotebook | undefined;
  readonly packages: readonly string[];
  readonly environmentOf?: ((workspaceId: string, version: EnvironmentWish) => Promise<string | undefined>) | undefined;
  readonly limits: CallLimits;
  submit(spec: RunSpec, meta: SubmitMeta): Promise<SubmitResult>;
  now(): number;
}

/** A version whose packages a run needs. */
export interface EnvironmentWish {
  /** Undefined: it rests nowhere but in a file. */
  readonly versionId: string | undefined;
  readonly text: string;
}

/** The task run that calls, and its attempt. */
export interface CallingTask {
  readonly spec: RunSpec;
  readonly taskRunId: string;
  readonly attempt: number;
}

type Refusal = Extract<CallAnswer, { ok: false }>;

/** A run to wait for; a refusal; undefined: the attempt is not the current one any more. */
export async function startSubRun(
  parts: StartSubRunParts,
  task: CallingTask,
  word: CallWord,
): Promise<{ readonly runId: string } | Refusal | undefined> {
  const { pool } = parts;
  const key = crypto
    .createHash("sha256")
    .update(`${word.notebook}\0${canonicalJson(word.params)}`)
    .digest("hex");
  const known = await findCall(pool, task, key, word.nth);
  if (known) {
    await pool.query(callAgainSql, [known.child_run_id, task.attempt]);
    if (known.status === null) {
      // Journaled, and the server was killed before the run began.
      const spec = await toSpec(parts, task, word, known.child_run_id);
      if (!("spec" in spec)) return spec;
      const { rows } = await pool.query<{ created_by: string | null }>(callerOfSql, [known.child_run_id]);
      return begin(parts, spec, rows[0]?.created_by ?? undefined);
    }
    if (isReusable(known)) return { runId: known.child_run_id };
  }
  const child = newId(parts.now());
  const spec = await toSpec(parts, task, word, child);
  if (!("spec" in spec)) return spec;
  const { rootRunId, depth } = spec.caller;
  const { rows: counted } = await pool.query<{ count: number }>(countTreeSql, [rootRunId]);
  if (counted[0]!.count >= parts.limits.total) {
    return refuse(
      word,
      `The run at the top has started ${counted[0]!.count} runs with runNotebook(), itself and through others, and ${parts.limits.total} are allowed. Do more in each, or start several runs.`,
    );
  }
  const { rows } = await pool.query<{ created_by: string | null }>(beginCallSql, [
    child,
    task.taskRunId,
    task.attempt,
    key,
    word.nth,
    known ? known.try + 1 : 0,
    word.call,
    word.notebook,
    rootRunId,
    depth,
  ]);
  if (rows.length === 0) {
    // Somebody else was first, or the attempt is over.
    const other = await findCall(pool, task, key, word.nth);
    return other && other.try > (known?.try ?? -1) ? { runId: other.child_run_id } : undefined;
  }
  return begin(parts, spec, rows[0]!.created_by ?? undefined);
}

interface KnownCall {
  readonly child_run_id: string;
  readonly try: number;
  readonly status: RunStatus | null;
  readonly reason: Reason | null;
  /** How the attempts ended from the one that made the call last up to this one. */
  readonly between: readonly string[];
}

async function findCall(pool: Pool, task: CallingTask, key: string, nth: number): Promise<KnownCall | undefined> {
  return (await pool.query<KnownCall>(findCallSql, [task.taskRunId, key, nth, task.attempt])).rows[0];
}

/**
 * An attempt that was lost is made up for exactly: failures are told again, too. After a failure only what succeeded or is
 * still at work counts. A task that had succeeded and runs again on purpose wants everything anew.
 */
function isReusable({ status, reason, between }: KnownCall): boolean {
  if (between.includes("succeeded")) return false;
  if (between.every((each) => each === "lost")) return true;
  return status === "succeeded" || (status !== null && !isRunTerminal(status) && reason !== "cancelled");
}

interface Startable {
  readonly spec: RunSpec;
  readonly caller: Caller;
  readonly source: string;
  readonly versionId: string | undefined;
}

async function begin(parts: StartSubRunParts, { spec, source, versionId }: Startable, createdBy: string | undefined) {
  const result = await parts.submit(spec, { source, versionId, createdBy });
  return result.ok ? { runId: spec.id } : refuse({ notebook: spec.notebook }, result.message);
}

async function toSpec(parts: StartSubRunParts, task: CallingTask, word: CallWord, id: string): Promise<Startable | Refusal> {
  const { spec: parent } = task;
  const caller: Caller = {
    runId: parent.id,
    taskRunId: task.taskRunId,
    rootRunId: parent.caller?.rootRunId ?? parent.id,
    depth: (parent.caller?.depth ?? 0) + 1,
  };
  if (caller.depth > parts.limits.depth) {
    return refuse(
      word,
      `runNotebook() is ${parts.limits.depth} runs deep here, and deeper is not allowed. A notebook that calls itself has to stop at some point.`,
    );
  }
  if (!parts.findNotebook) return refuse(word, "There are no other notebooks here to run.");
  const found = await parts.findNotebook(parent, word.notebook);
  if ("message" in found) return refuse(word, found.message);
  const { dag, diagnostics } = compileVersion(found.version, parts.packages);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const list = errors.map(({ place, message }) => `${place.cellKey || "front matter"}, line ${place.line}: ${message}`).join("\n");
    return refuse(word, `“${found.version.title}” cannot be run: it has errors.\n${list}`);
  }
  if (dag.tasks.length === 0) return refuse(word, `“${found.version.title}” has nothing to run: no cell with a value or a statement.`);
  const checked = validateParams(dag.params, word.params);
  if ("faults" in checked)
    return refuse(
      word,
      `“${found.version.title}” does not take these parameters.\n${checked.faults.map(({ message }) => message).join("\n")}`,
    );
  let environment: string | undefined;
  try {
    environment = await parts.environmentOf?.(parent.workspaceId, { versionId: found.versionId, text: found.version.text });
  } catch (error) {
    return refuse(word, `“${found.version.title}” cannot be run: ${(error as Error).message}`);
  }
  const conflict = await findLockConflict(parts.pool, task.taskRunId, dag, found.version.title);
  if (conflict !== undefined) return refuse(word, conflict);
  return {
    spec: {
      id,
      workspaceId: parent.workspaceId,
      notebookId: found.notebookId,
      notebook: found.version.title,
      trigger: "notebook",
      params: checked.values as Record<string, Json>,
      logicalDate: parent.logicalDate,
      dag,
      targets: undefined,
      cache: parent.cache,
      caller,
      environment,
    },
    caller,
    source: found.version.text,
    versionId: found.versionId,
  };
}

function refuse({ notebook }: Pick<CallWord, "notebook">, message: string): Refusal {
  return { ok: false, status: "refused", notebook, message };
}
