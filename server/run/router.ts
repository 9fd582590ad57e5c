import { z } from "zod";
import type { LogRecord } from "../executor/executor";
import { runStatuses, triggers, type RunStatus } from "@/pipelines/run/run";
import { workspaceRead } from "../db/tenancy";
import { AppError } from "../errors";
import { inWorkspace, router } from "../trpc";
import { coalesce } from "./coalesce";
import { findAttempt, findRun } from "./find-run";
import { listRuns } from "./list-runs";
import { previewValue, type ValuePreview } from "./preview-value";
import { runHub, type RunNews } from "./run-hub";
import type { RunDetail, RunPatch, RunRow, TaskRunDetail } from "./run-views";
import { startRun } from "./start-run";
import { readRunSource, viewRun } from "./view-run";
import { viewTaskRun } from "./view-task-run";
import { watchLogs } from "./watch-logs";
import { watchRun } from "./watch-run";
import { whyWaiting, type WaitingView } from "./why-waiting";

const id = z.string().max(64);
const byId = z.strictObject({ id });

export const runRouter = router({
  list: inWorkspace("viewer")
    .input(
      z.strictObject({
        notebookId: id.optional(),
        status: z.enum(runStatuses).optional(),
        trigger: z.enum(triggers).optional(),
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
    .input(
      z.strictObject({
        notebookId: id,
        revision: z.int().min(1).max(2_000_000_000),
        params: z.record(z.string().max(200), z.json()).default({}),
        targets: z.array(z.string().max(200)).max(5000).optional(),
        cache: z.enum(["use", "off"]).default("use"),
      }),
    )
    .mutation(({ ctx, input }): Promise<{ id: string; number: number }> => {
      const { userId, workspaceId, by } = ctx.caller;
      const trigger = by.type === "token" ? "cli" : input.targets ? "cell" : "manual";
      return startRun(ctx.heddle, { ...input, params: input.params, targets: input.targets, workspaceId, userId, trigger });
    }),
  cancel: inWorkspace("runner")
    .input(byId)
    .mutation(async ({ ctx, input }): Promise<void> => {
      const { userId, workspaceId } = ctx.caller;
      const run = await findRun(ctx.heddle.database, workspaceId, input.id);
      // What has ended needs no stopping: two presses of the button are one.
      const { name } = await ctx.heddle.database.prisma.user.findUniqueOrThrow({ where: { id: userId }, select: { name: true } });
      if (!(await (await ctx.heddle.execution.engine()).cancel(run.id, name)) && (run.status === "queued" || run.status === "running")) {
        const now = await findRun(ctx.heddle.database, workspaceId, input.id);
        if (now.status === "queued" || now.status === "running")
          throw new AppError("CONFLICT", "Another server has this run at the moment. Try again in a few seconds.");
      }
    }),
  /** Runs the failed tasks again and what depended on them; the same run goes on. Watch it again from its `lastSeq`. */
  retry: inWorkspace("runner")
    .input(byId)
    .mutation(async ({ ctx, input }): Promise<void> => {
      const run = await findRun(ctx.heddle.database, ctx.caller.workspaceId, input.id);
      if (!(await (await ctx.heddle.execution.engine()).retry(run.id)))
        throw new AppError("CONFLICT", "There is nothing to run again: no task of this run failed, or it is still running.");
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
