import path from "node:path";
import { z } from "zod";
import { log } from "../log";
import type { Heddle } from "../heddle";
import { inWorkspace, router } from "../trpc";
import { listDataFiles, removeDataFile, restoreDataFile, type DataFile } from "./data-folder";

/** Beside the data folders, on the same disk. */
export function uploadFolders({ home }: Pick<Heddle, "home">, workspaceId: string) {
  return {
    folder: home.dataDir(workspaceId),
    incoming: path.join(home.dir, "data-incoming"),
    trash: path.join(home.dir, "data-trash", workspaceId),
  };
}

/** Files come in by POST /api/data/<name> and go out by GET (server/entry/data-routes.ts). */
export const dataRouter = router({
  list: inWorkspace("viewer").query(({ ctx }): Promise<readonly DataFile[]> =>
    listDataFiles(ctx.heddle.home.dataDir(ctx.caller.workspaceId)),
  ),

  remove: inWorkspace("editor")
    .input(z.strictObject({ path: z.string().min(1).max(500) }))
    .mutation(async ({ ctx, input }): Promise<{ trashId: string }> => {
      const { workspaceId, userId } = ctx.caller;
      const { folder, trash } = uploadFolders(ctx.heddle, workspaceId);
      const removed = await removeDataFile(folder, trash, input.path);
      log("info", "data file removed", { workspaceId, userId, path: input.path });
      return removed;
    }),

  restore: inWorkspace("editor")
    .input(z.strictObject({ trashId: z.string().max(64) }))
    .mutation(async ({ ctx, input }): Promise<DataFile> => {
      const { folder, trash } = uploadFolders(ctx.heddle, ctx.caller.workspaceId);
      return restoreDataFile(folder, trash, input.trashId);
    }),
});
