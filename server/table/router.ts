import { z } from "zod";
import { tableQuestionSchema, type TableAnswer } from "@/pipelines/protocol/table";
import { inWorkspace, router } from "../trpc";
import { readTable, type TableSource } from "./read-table";

const sourceSchema = z.discriminatedUnion("type", [
  /** `index` picks one of a fan-out's list. */
  z.strictObject({ type: z.literal("value"), taskRunId: z.string().max(64), name: z.string().max(200), index: z.int().min(0).optional() }),
  z.strictObject({ type: z.literal("file"), path: z.string().min(1).max(500) }),
]);

export const tableRouter = router({
  /** Rows, statistics or points of a chart of a stored table; `refused` with a reason and a sentence when it is none. */
  ask: inWorkspace("viewer")
    .input(z.strictObject({ source: sourceSchema, question: tableQuestionSchema }))
    .query(({ ctx, input }): Promise<TableAnswer> => {
      return readTable(ctx.heddle, ctx.caller.workspaceId, input.source as TableSource, input.question);
    }),
});
