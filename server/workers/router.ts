import { z } from "zod";
import { inWorkspace, router } from "../trpc";
import { drainWorker, listWorkers, removeWorker } from "./store";
import { watchWorkers } from "./watch-workers";
import type { WorkerView } from "./worker-views";

const id = z.string().max(64);

export const workerRouter = router({
  list: inWorkspace("viewer").query(({ ctx }): Promise<WorkerView[]> => listWorkers(ctx.heddle.database, ctx.caller.workspaceId)),
  /** All of them, at once and after each change. */
  watch: inWorkspace("viewer").subscription(async function* ({ ctx, signal }): AsyncGenerator<WorkerView[]> {
    yield* watchWorkers(ctx.heddle, ctx.caller.workspaceId, signal);
  }),
  /** It ends what it has and takes nothing new, until this is taken back. */
  drain: inWorkspace("owner")
    .input(z.strictObject({ id, on: z.boolean() }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      await drainWorker(ctx.heddle.database, ctx.caller.workspaceId, input.id, input.on);
      await ctx.heddle.workers.refresh();
    }),
  /** Of one that is gone: nothing waits for it any more. */
  remove: inWorkspace("owner")
    .input(z.strictObject({ id }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      await removeWorker(ctx.heddle.database, ctx.caller.workspaceId, input.id);
      await ctx.heddle.workers.refresh();
    }),
});
