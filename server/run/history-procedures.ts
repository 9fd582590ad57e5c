/** Procedures that look back: runs × tasks, what happened in a run, what its attempts used. Part of router.ts. */
import { z } from "zod";
import { inWorkspace } from "../trpc";
import type { AttemptUsageView, RunGrid, RunHistory, RunUsageView } from "./history-views";
import { readGrid } from "./read-grid";
import { readHistory } from "./read-history";
import { readRunUsage, readTaskUsage } from "./read-usage";

const id = z.string().max(64);
const below = z.int().min(0).max(2_000_000_000).optional();

export const historyProcedures = {
  grid: inWorkspace("viewer")
    .input(z.strictObject({ notebookId: id, below, limit: z.int().min(1).max(100).default(25) }))
    .query(({ ctx, input }): Promise<RunGrid> =>
      readGrid(ctx.heddle.database, ctx.caller.workspaceId, { notebookId: input.notebookId, below: input.below, limit: input.limit }),
    ),
  /** What happened, newest first; of one task when it is named. */
  history: inWorkspace("viewer")
    .input(z.strictObject({ id, taskKey: z.string().max(200).optional(), below, limit: z.int().min(1).max(500).default(100) }))
    .query(({ ctx, input }): Promise<RunHistory> =>
      readHistory(ctx.heddle.database, ctx.caller.workspaceId, {
        id: input.id,
        taskKey: input.taskKey,
        below: input.below,
        limit: input.limit,
      }),
    ),
  taskUsage: inWorkspace("viewer")
    .input(z.strictObject({ taskRunId: id }))
    .query(({ ctx, input }): Promise<AttemptUsageView[]> => readTaskUsage(ctx.heddle.database, ctx.caller.workspaceId, input.taskRunId)),
  usage: inWorkspace("viewer")
    .input(z.strictObject({ id }))
    .query(({ ctx, input }): Promise<RunUsageView> => readRunUsage(ctx.heddle.database, ctx.caller.workspaceId, input.id)),
};
