import { z } from "zod";
import { notFound } from "../errors";
import { inWorkspace, router } from "../trpc";
import type { EnvironmentView, FoundPackage, PackageVersions, RegistryAnswer } from "./environment-views";
import { watchEnvironment } from "./watch-environment";

const byNotebook = z.strictObject({ id: z.string().max(64) });
const name = z
  .string()
  .max(214)
  .regex(/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/, "This is no name of a package.");

/** Packages of a notebook. What it wants stands in its front matter; saving that is what changes them. */
export const environmentRouter = router({
  get: inWorkspace("viewer")
    .input(byNotebook)
    .query(async ({ ctx, input }): Promise<EnvironmentView> => {
      const view = await ctx.heddle.environments.view(ctx.caller.workspaceId, input.id);
      if (!view) throw notFound("notebook");
      return view;
    }),
  watch: inWorkspace("viewer")
    .input(byNotebook)
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<EnvironmentView> {
      yield* watchEnvironment(ctx.heddle, ctx.caller.workspaceId, input.id, signal);
    }),
  /** Installs again what failed. */
  retry: inWorkspace("editor")
    .input(byNotebook)
    .mutation(async ({ ctx, input }): Promise<void> => {
      if (!(await ctx.heddle.environments.view(ctx.caller.workspaceId, input.id))) throw notFound("notebook");
      await ctx.heddle.environments.retry(ctx.caller.workspaceId, input.id);
    }),
  search: inWorkspace("editor")
    .input(z.strictObject({ text: z.string().trim().min(1).max(100) }))
    .query(({ ctx, input }): Promise<RegistryAnswer<{ packages: readonly FoundPackage[] }>> => ctx.heddle.packageSearch.search(input.text)),
  versions: inWorkspace("editor")
    .input(z.strictObject({ name }))
    .query(({ ctx, input }): Promise<RegistryAnswer<PackageVersions>> => ctx.heddle.packageSearch.versions(input.name)),
});
