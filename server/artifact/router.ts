import { z } from "zod";
import { AppError, notFound } from "../errors";
import { inWorkspace, router } from "../trpc";
import { collectGarbage } from "./collect-garbage";
import { listPinned, readStorage, savePolicy, setPinned } from "./read-storage";
import type { PinnedRun, StorageView, SweepView } from "./storage-views";

export const storageRouter = router({
  overview: inWorkspace("viewer").query(({ ctx }): Promise<StorageView> => readStorage(ctx.heddle, ctx.caller.workspaceId)),

  /** How long runs are kept and how much may be stored; what is left out has no limit. */
  setPolicy: inWorkspace("owner")
    .input(
      z.strictObject({
        quotaBytes: z
          .number()
          .int()
          .min(1024 ** 2)
          .max(2 ** 50)
          .optional(),
        keepDays: z.number().int().min(1).max(36_500).optional(),
        keepLast: z.number().int().min(1).max(1_000_000).optional(),
      }),
    )
    .mutation(({ ctx, input }): Promise<void> => savePolicy(ctx.heddle.database, ctx.caller.workspaceId, input)),

  /** Removes what nothing needs; a dry run only says what that would be. */
  sweep: inWorkspace("owner")
    .input(z.strictObject({ dryRun: z.boolean() }))
    .mutation(async ({ ctx, input }): Promise<SweepView> => {
      const { database, execution } = ctx.heddle;
      const { workspaceId } = ctx.caller;
      const result = await collectGarbage({
        pool: database.pool,
        objects: execution.values.objects,
        workspaceId,
        trigger: "page",
        ...input,
      });
      if (!result.ok) throw new AppError("CONFLICT", "A sweep of this workspace is under way. Look again when it has ended.");
      return { dryRun: input.dryRun, figures: result.figures };
    }),

  /** Runs that are kept whatever the policy says, newest first. */
  pinned: inWorkspace("viewer").query(({ ctx }): Promise<readonly PinnedRun[]> => listPinned(ctx.heddle.database, ctx.caller.workspaceId)),

  /** A pinned run is kept whatever the policy says, with its values, artifacts and logs. */
  pin: inWorkspace("runner")
    .input(z.strictObject({ runId: z.string().max(64), pinned: z.boolean() }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      if (!(await setPinned(ctx.heddle.database, ctx.caller.workspaceId, input.runId, input.pinned))) throw notFound("run");
    }),
});
