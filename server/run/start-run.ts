/**
 * Starts a run of a stored version: compiles it again (the truth), checks parameters and targets, hands it to the engine.
 * Never takes a notebook's text from the caller. Neighbours: engine.ts, ../notebook/store.ts.
 */
import { isDeepStrictEqual } from "node:util";
import type { Dag, Diagnostic, Json } from "@/pipelines/compile/dag";
import { validateParams } from "@/pipelines/compile/validate-params";
import type { Trigger } from "@/pipelines/run/run";
import { workspaceRead } from "../db/tenancy";
import { AppError } from "../errors";
import type { Heddle } from "../heddle";
import { getNotebookVersion, type StoredVersion } from "../notebook/store";
import { compileVersion } from "./compile-version";

export interface RunOrder {
  readonly workspaceId: string;
  readonly userId: string | undefined;
  readonly notebookId: string;
  readonly revision: number;
  readonly params: Readonly<Record<string, Json>>;
  readonly targets: readonly string[] | undefined;
  readonly cache: "use" | "off";
  readonly trigger: Trigger;
}

export async function startRun(heddle: Heddle, order: RunOrder): Promise<{ readonly id: string; readonly number: number }> {
  const version = await getNotebookVersion(heddle.database, order.workspaceId, order.notebookId, order.revision);
  const { dag, diagnostics } = compileVersion(version, heddle.packages);
  checkTargets(dag, order.targets);
  const errors = diagnostics.filter((each) => each.severity === "error" && concerns(dag, order.targets, each));
  if (errors.length > 0) throw new AppError("BAD_REQUEST", `The notebook has errors:\n${errors.map(describe).join("\n")}`);
  const checked = validateParams(dag.params, order.params);
  if ("faults" in checked) throw new AppError("BAD_REQUEST", checked.faults.map(({ message }) => message).join("\n"));
  const engine = await heddle.execution.engine();
  const params = checked.values;
  const targets = order.targets && [...new Set(order.targets)].sort();
  return oneAtATime(version.id, async () => {
    const same = await findSame(heddle, order, version, params, targets);
    if (same) return same;
    const result = await engine.submit(
      {
        workspaceId: order.workspaceId,
        notebookId: order.notebookId,
        notebook: version.title,
        trigger: order.trigger,
        params,
        logicalDate: undefined,
        dag,
        targets,
        cache: order.cache,
      },
      { source: version.text, versionId: version.id, createdBy: order.userId },
    );
    if (!result.ok) throw new AppError("BAD_REQUEST", result.message);
    return { id: result.id, number: result.number };
  });
}

function checkTargets(dag: Dag, targets: readonly string[] | undefined): void {
  if (targets === undefined) {
    if (dag.tasks.length === 0)
      throw new AppError("BAD_REQUEST", "There is nothing to run: the notebook has no cell with a value or a statement.");
    return;
  }
  if (targets.length === 0) throw new AppError("BAD_REQUEST", "Name at least one task to run, or leave targets out to run all.");
  const unknown = targets.filter((key) => !dag.tasks.some((task) => task.key === key));
  if (unknown.length > 0)
    throw new AppError("BAD_REQUEST", `There is no task ${unknown.map((key) => `"${key}"`).join(", ")} in this version of the notebook.`);
}

/** An error bars the tasks of its cell and what needs them; one in a cell that is no task bars everything. */
function concerns(dag: Dag, targets: readonly string[] | undefined, { place }: Diagnostic): boolean {
  if (targets === undefined) return true;
  if (!dag.tasks.some((task) => task.cell === place.cell)) return true;
  const byKey = new Map(dag.tasks.map((task) => [task.key, task]));
  const reached = new Set<string>();
  const visit = (key: string) => {
    if (reached.has(key)) return;
    reached.add(key);
    for (const need of byKey.get(key)?.needs ?? []) visit(need.task);
  };
  for (const key of targets) visit(key);
  return [...reached].some((key) => byKey.get(key)?.cell === place.cell);
}

function describe({ place, message, code }: Diagnostic): string {
  return `${place.cellKey === "" ? "front matter" : place.cellKey}, line ${place.line}: ${message} (${code})`;
}

/** Two people who press Run on the same thing while it runs look at the same run. */
async function findSame(
  { database }: Heddle,
  order: RunOrder,
  version: StoredVersion,
  params: unknown,
  targets: readonly string[] | undefined,
): Promise<{ id: string; number: number } | undefined> {
  const { rows } = await workspaceRead(database, order.workspaceId, (client) =>
    client.query<{ id: string; number: number; params: unknown; targets: string[] | null; cache: string }>(
      `select id, number, spec->'params' as params, spec->'targets' as targets, spec->>'cache' as cache from run
       where workspace_id = $1 and notebook_id = $2 and version_id = $3 and status in ('queued', 'running') and reason is null
       order by number desc`,
      [order.workspaceId, order.notebookId, version.id],
    ),
  );
  const same = rows.find(
    (row) =>
      row.cache === order.cache &&
      isDeepStrictEqual(row.params, params) &&
      isDeepStrictEqual(row.targets ?? undefined, targets && [...targets]),
  );
  return same && { id: same.id, number: same.number };
}

const queues = new Map<string, Promise<unknown>>();

async function oneAtATime<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  queues.set(key, mine);
  try {
    return await mine;
  } finally {
    if (queues.get(key) === mine) queues.delete(key);
  }
}
