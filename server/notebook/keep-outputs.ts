/**
 * What the cells of an imported file showed, kept as a run that nobody ran (trigger "import"): so it stands below the cells, in the
 * list of runs and in exports like that of any run, and goes as runs go. Its tasks have no values: whatever reads them computes.
 */
import { compile } from "@/pipelines/compile/compile";
import type { CellOutputs } from "@/pipelines/exchange/cell-outputs";
import { parse } from "@/pipelines/notebook/parse";
import type { RunSpec } from "@/pipelines/run/run";
import type { Database } from "../db/database";
import { newId } from "../db/new-id";

export interface OutputsOrder {
  readonly workspaceId: string;
  readonly notebookId: string;
  readonly userId: string;
  readonly text: string;
  readonly title: string;
  readonly outputs: ReadonlyMap<string, CellOutputs>;
}

export async function keepOutputs(database: Database, order: OutputsOrder): Promise<void> {
  const { workspaceId, notebookId, userId, text, outputs } = order;
  const { dag } = compile(parse(text));
  const shown = dag.tasks.filter(({ key }) => outputs.has(key));
  if (shown.length === 0) return;
  const id = newId(Date.now());
  const failed = shown.some(({ key }) => outputs.get(key)!.error);
  const spec: RunSpec = {
    ...{ id, workspaceId, notebookId, notebook: order.title, trigger: "import", params: {}, logicalDate: undefined, dag },
    ...{ targets: shown.map(({ key }) => key), cache: "off" },
  };
  const tasks = dag.tasks.map(({ key }, ordinal) => {
    const found = outputs.get(key);
    const error = found?.error && { ...found.error, frames: [] };
    return {
      ...{ id: `${id}-${ordinal}`, key, displays: found?.displays ?? [], error: error ?? null },
      ...(found
        ? { status: error ? "failed" : "succeeded", reason: error ? "exception" : null }
        : { status: "skipped", reason: "not-targeted" }),
    };
  });
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await client.query(
      `with counted as (
         insert into run_counter (workspace_id, last) values ($2, 1) on conflict (workspace_id) do update set last = run_counter.last + 1 returning last
       )
       insert into run (id, workspace_id, notebook_id, version_id, number, status, reason, spec, source, trigger, created_by, started_at, finished_at)
       select $1, $2, $3, (select id from notebook_version where notebook_id = $3 and revision = 1), last, $4, $5, $6, $7, 'import', $8, now(), now() from counted`,
      [id, workspaceId, notebookId, failed ? "failed" : "succeeded", failed ? "exception" : null, JSON.stringify(spec), text, userId],
    );
    await client.query(
      `insert into task_run (id, run_id, workspace_id, task_key, status, reason, outputs, displays, error, queued_at, started_at, finished_at)
       select id, $1, $2, key, status, reason, '{}', displays, error, now(), now(), now()
       from jsonb_to_recordset($3::jsonb) as t(id text, key text, status text, reason text, displays json, error jsonb)`,
      [id, workspaceId, JSON.stringify(tasks).replaceAll("\\u0000", "")],
    );
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
