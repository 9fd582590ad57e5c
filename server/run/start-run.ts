/**
 * Starts a run of a stored version: compiles it again (the truth), checks parameters and targets, hands it to the engine.
 * Never takes a notebook's text from the caller. Neighbours: engine.ts, ../notebook/store.ts.
 */
import { createHash } from "node:crypto";
import type { Dag, Diagnostic, Json } from "@/pipelines/compile/dag";
import { validateParams } from "@/pipelines/compile/validate-params";
import { lineWords } from "@/pipelines/notebook/line-words";
import type { Trigger } from "@/pipelines/run/run";
import { workspaceRead } from "../db/tenancy";
import { AppError } from "../errors";
import type { Heddle } from "../heddle";
import { forecastSentence, type PlanView } from "./plan-view";
import { getNotebookVersion } from "../notebook/store";
import { findUnknownPools } from "../pool/store";
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
  /** Milliseconds that the run may take; undefined: what the notebook says. */
  readonly timeout?: number | undefined;
  /** A run of its own under this id, whatever equal run is active. */
  readonly separate?: { readonly id: string; readonly logicalDate: string } | undefined;
}

export async function startRun(heddle: Heddle, order: RunOrder): Promise<{ readonly id: string; readonly number: number }> {
  const version = await getNotebookVersion(heddle.database, order.workspaceId, order.notebookId, order.revision);
  const { dag, diagnostics } = compileVersion(version, heddle.packages);
  checkTargets(dag, order.targets);
  const errors = diagnostics.filter((each) => each.severity === "error" && concerns(dag, order.targets, each));
  if (errors.length > 0) throw new AppError("BAD_REQUEST", `The notebook has errors:\n${errors.map(describe).join("\n")}`);
  const checked = validateParams(dag.params, order.params);
  if ("faults" in checked) throw new AppError("BAD_REQUEST", checked.faults.map(({ message }) => message).join("\n"));
  await checkPools(heddle, order, dag);
  const environment = await heddle.environments.forRun(order.workspaceId, version.id, order.targets !== undefined);
  const engine = await heddle.execution.engine();
  const params = checked.values;
  const targets = order.targets && [...new Set(order.targets)].sort();
  const { workspaceId, notebookId, cache, trigger } = order;
  const timeout = order.timeout ?? dag.runTimeout;
  const result = await engine.submit(
    {
      ...{ workspaceId, notebookId, notebook: version.title, trigger, params, dag, targets, cache, timeout, environment },
      logicalDate: order.separate?.logicalDate,
      ...(order.separate ? { id: order.separate.id } : {}),
    },
    {
      source: version.text,
      versionId: version.id,
      createdBy: order.userId,
      orderKey: order.separate
        ? undefined
        : toOrderKey([workspaceId, notebookId, version.id, targets ?? null, cache, params, timeout ?? null, environment ?? null]),
    },
  );
  if (!result.ok) throw new AppError("BAD_REQUEST", result.message);
  return { id: result.id, number: result.number };
}

/** Two people who press Run on the same thing while it runs look at the same run: the same order has the same key. */
function toOrderKey(order: Json): string {
  const sorted = (value: Json): Json => {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(sorted);
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, each]) => [name, sorted(each)]),
    );
  };
  return createHash("sha256")
    .update(JSON.stringify(sorted(order)))
    .digest("hex");
}

/** What `startRun` would do with the same order. Faults are told beside what can be told. */
export async function planRun(heddle: Heddle, order: RunOrder): Promise<PlanView> {
  const version = await getNotebookVersion(heddle.database, order.workspaceId, order.notebookId, order.revision);
  const { dag, diagnostics } = compileVersion(version, heddle.packages);
  const parameters = dag.params;
  const tasks = dag.tasks.map(({ key, title }) => ({ key, title }));
  const plain = { parameters, tasks, timeout: dag.runTimeout, forecast: undefined };
  const unknown = order.targets?.filter((key) => !dag.tasks.some((task) => task.key === key)) ?? [];
  const errors = diagnostics.filter((each) => each.severity === "error" && concerns(dag, order.targets, each)).map(describe);
  const checked = validateParams(dag.params, order.params);
  const faults = [
    ...unknown.map((key) => `There is no task "${key}" in this version of the notebook.`),
    ...errors,
    ...("faults" in checked ? checked.faults.map(({ message }) => message) : []),
  ];
  if ("faults" in checked || faults.length > 0) return { ...plain, faults };
  const engine = await heddle.execution.engine();
  const forecast = await engine.plan({
    workspaceId: order.workspaceId,
    notebookId: order.notebookId,
    notebook: version.title,
    trigger: order.trigger,
    params: checked.values,
    logicalDate: undefined,
    dag,
    targets: order.targets,
    cache: order.cache,
    environment: await heddle.environments.forPlan(order.workspaceId, version.id),
  });
  const from = forecast.flatMap(({ cachedFrom }) => cachedFrom ?? []);
  const { rows } = await workspaceRead(heddle.database, order.workspaceId, (client) =>
    client.query<{ id: string; run_id: string; number: number }>(
      "select t.id, t.run_id, r.number from task_run t join run r on r.id = t.run_id where t.workspace_id = $1 and t.id = any($2)",
      [order.workspaceId, from],
    ),
  );
  const runs = new Map(rows.map((row) => [row.id, { runId: row.run_id, runNumber: row.number, taskRunId: row.id }]));
  return {
    ...plain,
    faults,
    forecast: forecast.map(({ cachedFrom, why, ...task }) => ({
      ...task,
      cachedFrom: cachedFrom === undefined ? undefined : runs.get(cachedFrom),
      sentence: forecastSentence({ ...task, why }),
    })),
  };
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

/** A run that could only wait is refused, with what to do about it. */
async function checkPools({ database }: Heddle, { workspaceId, targets }: RunOrder, dag: Dag): Promise<void> {
  const wanted = dag.tasks.filter(({ key }) => targets === undefined || reach(dag, targets).has(key));
  const unknown = await findUnknownPools(
    database,
    workspaceId,
    wanted.map(({ options }) => options.pool),
  );
  if (unknown.length === 0) return;
  const of = (pool: string) => wanted.filter(({ options }) => options.pool === pool).map(({ title, key }) => `“${title || key}”`);
  throw new AppError(
    "BAD_REQUEST",
    unknown
      .map(
        (pool) =>
          `There is no pool “${pool}” in this workspace, and ${of(pool).join(", ")} asks for it: make it under Pools, add a worker that serves it, or take pool=${pool} out of the cell.`,
      )
      .join("\n"),
  );
}

/** Tasks and all that they need. */
function reach(dag: Dag, targets: readonly string[]): ReadonlySet<string> {
  const byKey = new Map(dag.tasks.map((task) => [task.key, task]));
  const reached = new Set<string>();
  const visit = (key: string) => {
    if (reached.has(key)) return;
    reached.add(key);
    for (const need of byKey.get(key)?.needs ?? []) visit(need.task);
  };
  for (const key of targets) visit(key);
  return reached;
}

/** An error bars the tasks of its cell and what needs them; one in a cell that is no task bars everything. */
function concerns(dag: Dag, targets: readonly string[] | undefined, { place }: Diagnostic): boolean {
  if (targets === undefined) return true;
  if (!dag.tasks.some((task) => task.cell === place.cell)) return true;
  const reached = reach(dag, targets);
  return dag.tasks.some((task) => reached.has(task.key) && task.cell === place.cell);
}

function describe({ place, message, code }: Diagnostic): string {
  return `${place.cellKey === "" ? "front matter" : place.cellKey}, ${lineWords(place.in === "header" ? 0 : place.line)}: ${message} (${code})`;
}
