import { z } from "zod";
import type { LogRecord } from "../executor/executor";
import { runStatuses, taskRunStatuses, triggers, type RunStatus } from "@/pipelines/run/run";
import { workspaceRead } from "../db/tenancy";
import { inWorkspace, router } from "../trpc";
import { coalesce } from "./coalesce";
import { controlProcedures, runOrder } from "./control-procedures";
import { findAttempt } from "./find-run";
import { historyProcedures } from "./history-procedures";
import { listRuns } from "./list-runs";
import { readElements } from "./read-elements";
import { previewValue, type ValuePreview } from "./preview-value";
import { runHub, type RunNews } from "./run-hub";
import type { ElementPage, RunDetail, RunPatch, RunRow, TaskRunDetail } from "./run-views";
import { startRun } from "./start-run";
import { readRunSource, viewRun } from "./view-run";
import { viewTaskRun } from "./view-task-run";
import { watchLogs } from "./watch-logs";
import { watchRun } from "./watch-run";
import { whyWaiting, type WaitingView } from "./why-waiting";

const id = z.string().max(64);
const byId = z.strictObject({ id });

export const runRouter = router({
  ...controlProcedures,
  ...historyProcedures,
  list: inWorkspace("viewer")
    .input(
      z.strictObject({
        notebookId: id.optional(),
        status: z.enum(runStatuses).optional(),
        trigger: z.enum(triggers).optional(),
        pinned: z.boolean().optional(),
        cursor: z.string().max(100).optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(({ ctx, input }): Promise<{ rows: RunRow[]; nextCursor: string | undefined }> =>
      listRuns(ctx.heddle.database, ctx.caller.workspaceId, input),
    ),
  get: inWorkspace("viewer")
    .input(byId)
    .query(({ ctx, input }): Promise<RunDetail> => viewRun(ctx.heddle.database, ctx.caller.workspaceId, input.id)),
  taskRun: inWorkspace("viewer")
    .input(byId)
    .query(({ ctx, input }): Promise<TaskRunDetail> => viewTaskRun(ctx.heddle.database, ctx.caller.workspaceId, input.id)),
  /** Elements of a fan-out in the order of its list, or of their starts. */
  elements: inWorkspace("viewer")
    .input(
      z.strictObject({
        id,
        taskKey: z.string().max(200),
        status: z.enum(taskRunStatuses).optional(),
        order: z.enum(["graph", "start"]).default("graph"),
        from: z.int().min(0).max(1_000_000).default(0),
        limit: z.int().min(1).max(200).default(100),
      }),
    )
    .query(({ ctx, input }): Promise<ElementPage> =>
      readElements(ctx.heddle.database, ctx.caller.workspaceId, { ...input, status: input.status }),
    ),
  /** "Why is this waiting?": everything that stands in the way, by name; empty when nothing does. */
  whyWaiting: inWorkspace("viewer")
    .input(z.strictObject({ taskRunId: id }))
    .query(async ({ ctx, input }): Promise<WaitingView> => {
      const { database, execution } = ctx.heddle;
      const running = execution.kind === undefined ? 0 : (await execution.engine()).load().attempts;
      return whyWaiting(database, ctx.caller.workspaceId, input.taskRunId, running);
    }),
  /** Text of the notebook as it ran. */
  source: inWorkspace("viewer")
    .input(byId)
    .query(async ({ ctx, input }): Promise<{ text: string }> => {
      return { text: await readRunSource(ctx.heddle.database, ctx.caller.workspaceId, input.id) };
    }),
  /** What a stored value looks like; its bytes are at /api/values/<taskRunId>/<name>. `index` picks one of a fan-out's list. */
  preview: inWorkspace("viewer")
    .input(z.strictObject({ taskRunId: id, name: z.string().max(200), index: z.int().min(0).optional() }))
    .query(({ ctx, input }): Promise<ValuePreview> => {
      return previewValue(ctx.heddle, ctx.caller.workspaceId, { taskRunId: input.taskRunId, name: input.name, index: input.index });
    }),
  /**
   * BAD_REQUEST with all parameter faults in `message`, a line each, or the compile errors. `targets`: task keys; none: all.
   * The same order while an equal run is active gives that run.
   */
  start: inWorkspace("runner")
    .input(runOrder)
    .mutation(({ ctx, input }): Promise<{ id: string; number: number }> => {
      const { userId, workspaceId, by } = ctx.caller;
      const trigger = by.type === "token" ? "cli" : input.targets ? "cell" : "manual";
      return startRun(ctx.heddle, {
        ...input,
        params: input.params,
        targets: input.targets,
        timeout: input.timeout,
        workspaceId,
        userId,
        trigger,
      });
    }),
  logs: inWorkspace("viewer")
    .input(
      z.strictObject({
        taskRunId: id,
        attempt: z.int().min(1).max(100_000),
        from: z.int().min(0).default(0),
        limit: z.int().min(1).max(5000).default(1000),
      }),
    )
    .query(async ({ ctx, input }): Promise<{ records: LogRecord[]; next: number; total: number; cut: number }> => {
      const { workspaceId } = ctx.caller;
      const { taskRunId, attempt, from, limit } = input;
      const { runId } = await findAttempt(ctx.heddle.database, workspaceId, taskRunId, attempt);
      return (await ctx.heddle.execution.engine()).logs.read({ workspaceId, runId, taskRunId, attempt }, from, limit);
    }),
  /** Changes of one run, from `seq` on; ends after the run has ended. */
  watch: inWorkspace("viewer")
    .input(z.strictObject({ id, seq: z.int().min(0) }))
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<RunPatch> {
      yield* watchRun(ctx.heddle.database, { workspaceId: ctx.caller.workspaceId, runId: input.id, seq: input.seq, signal });
    }),
  /** Lines of one attempt as they come, from record `from` on. */
  watchLogs: inWorkspace("viewer")
    .input(z.strictObject({ taskRunId: id, attempt: z.int().min(1).max(100_000), from: z.int().min(0) }))
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<{ from: number; records: LogRecord[] }> {
      yield* watchLogs(ctx.heddle, { workspaceId: ctx.caller.workspaceId, ...input, signal });
    }),
  /** Any change of any run of the workspace: what lists refetch on. */
  watchAll: inWorkspace("viewer").subscription(async function* ({
    ctx,
    signal,
  }): AsyncGenerator<{ runId: string; notebookId: string | undefined; status: RunStatus }> {
    const { workspaceId } = ctx.caller;
    const wants = (news: RunNews) => news.type === "changed" && news.workspaceId === workspaceId;
    for await (const batch of coalesce({ hub: runHub, signal, wants, netMs: 60_000 })) {
      const ids = [...new Set(batch.map(({ runId }) => runId))];
      if (ids.length === 0) continue;
      const { rows } = await workspaceRead(ctx.heddle.database, workspaceId, (client) =>
        client.query<{ id: string; notebook_id: string | null; status: RunStatus }>(
          "select id, notebook_id, status from run where workspace_id = $1 and id = any($2)",
          [workspaceId, ids],
        ),
      );
      for (const row of rows) yield { runId: row.id, notebookId: row.notebook_id ?? undefined, status: row.status };
    }
  }),
});
