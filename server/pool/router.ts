import { z } from "zod";
import { AppError } from "../errors";
import type { Heddle } from "../heddle";
import { inWorkspace, router } from "../trpc";
import type { PoolsView } from "./pool-views";
import { checkIsNew, removeLimit, saveLimit, viewPools } from "./store";

/** As a cell's option takes it: pool=name, lock=name. */
const name = z.string().regex(/^[^\s"=]{1,60}$/, "A name has at most 60 characters and neither spaces, quotes nor “=”.");
const atOnce = z.int().min(1).max(100_000).optional();
const rate = z.strictObject({ count: z.int().min(1).max(100_000), seconds: z.int().min(1).max(86_400) }).optional();

/** As `heddle worker --label` takes them. */
const labels = z
  .record(z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/), z.string().min(1).max(200))
  .refine((all) => Object.keys(all).length <= 20, "At most 20 labels.")
  .optional();

const noNeed = undefined;

export const poolRouter = router({
  /** Pools, locks and limits with who has a place and who waits for one. */
  list: inWorkspace("viewer").query(({ ctx }): Promise<PoolsView> => viewPools(ctx.heddle.database, ctx.caller.workspaceId)),
  /** `labels`: the pool is served by the workers that have all of them, and by nobody else. */
  /** Makes a pool or a lock, or changes one. `create`: refuses a name that is there already. No `slots`: no end (a lock: one). */
  save: inWorkspace("editor")
    .input(z.strictObject({ kind: z.enum(["pool", "lock"]), name, slots: atOnce, rate, labels, create: z.boolean().default(false) }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      const { workspaceId, userId } = ctx.caller;
      const place = { workspaceId, kind: input.kind, name: input.name };
      const asked = input.labels && Object.keys(input.labels).length > 0 ? input.labels : undefined;
      if (asked && (input.kind === "lock" || input.name === "default"))
        throw new AppError(
          "BAD_REQUEST",
          "Only a pool other than “default” asks for labels: locks have no workers, and “default” is the server's.",
        );
      if (input.create) await checkIsNew(ctx.heddle.database, place);
      await saveLimit(ctx.heddle.database, place, { slots: input.slots, rate: input.rate, labels: asked }, userId);
      await tellEngine(ctx.heddle);
    }),
  /** Tasks of a removed pool wait until there is one of its name again; a removed lock has one permit again. */
  remove: inWorkspace("editor")
    .input(z.strictObject({ kind: z.enum(["pool", "lock"]), name }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      await removeLimit(ctx.heddle.database, { workspaceId: ctx.caller.workspaceId, ...input });
      await tellEngine(ctx.heddle);
    }),
  /** How much of a notebook, or without one of the workspace, may go on at once; neither: as much as there is room for. */
  limit: inWorkspace("editor")
    .input(z.strictObject({ notebookId: z.string().max(64).optional(), slots: atOnce, runs: atOnce }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      const { workspaceId, userId } = ctx.caller;
      const { notebookId, slots, runs } = input;
      const place =
        notebookId === undefined
          ? ({ workspaceId, kind: "workspace", name: "" } as const)
          : ({ workspaceId, kind: "notebook", name: notebookId } as const);
      await saveLimit(ctx.heddle.database, place, { slots, runs, rate: noNeed }, userId);
      if (slots === undefined && runs === undefined) await removeLimit(ctx.heddle.database, place);
      await tellEngine(ctx.heddle);
    }),
});

/** This server follows at once, others within two seconds. */
async function tellEngine({ execution, workers }: Heddle): Promise<void> {
  await workers.refresh();
  if (execution.fault === undefined && execution.kind !== undefined) await (await execution.engine()).readLimits();
}
