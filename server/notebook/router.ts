import { z } from "zod";
import type { Heddle } from "../heddle";
import { inWorkspace, router } from "../trpc";
import { commentProcedures } from "./comment-procedures";
import { importNotebook, type ImportedFile } from "./import-notebook";
import type { NotebookDetail, NotebookRow, VersionPage, VersionText } from "./notebook-views";
import type { CellState, RunRow } from "../run/run-views";
import { readCellStates } from "../run/cell-states";
import {
  createEmptyNotebook,
  duplicateNotebook,
  getNotebook,
  getNotebookVersion,
  listNotebooks,
  saveNotebook,
  setNotebookDeleted,
  type StoredNotebook,
} from "./store";
import { forkVersion, listVersions, nameVersion, restoreVersion } from "./versions";

const id = z.strictObject({ id: z.string().max(64) });
const version = id.extend({ revision: z.int().min(1) });
// A byte of it would end the text in PostgreSQL.
const text = z
  .string()
  .max(20_000_000)
  .refine((value) => !value.includes("\0"), "A notebook is text: this holds a NUL byte.");

/** So that its first run finds its processes waiting. */
async function warm({ environments, execution }: Heddle, workspaceId: string, { id, versionId }: StoredNotebook): Promise<void> {
  execution.warm({ workspaceId, notebookId: id, environment: await environments.forPlan(workspaceId, versionId) });
}

export const notebookRouter = router({
  ...commentProcedures,
  list: inWorkspace("viewer").query(({ ctx }): Promise<NotebookRow[]> => listNotebooks(ctx.heddle.database, ctx.caller.workspaceId)),
  get: inWorkspace("viewer")
    .input(id)
    .query(async ({ ctx, input }): Promise<NotebookDetail> => {
      const notebook = await getNotebook(ctx.heddle.database, ctx.caller.workspaceId, input.id);
      if (ctx.caller.role !== "viewer") await warm(ctx.heddle, ctx.caller.workspaceId, notebook);
      const { versionId: _, updatedAt, ...rest } = notebook;
      return { ...rest, updatedAt: updatedAt.toISOString(), role: ctx.caller.role, packages: ctx.heddle.packages };
    }),
  /** The newest task run of each task, and the run that is live now, if any. */
  states: inWorkspace("viewer")
    .input(id)
    .query(async ({ ctx, input }): Promise<{ cells: CellState[]; activeRun: RunRow | undefined }> => {
      await getNotebook(ctx.heddle.database, ctx.caller.workspaceId, input.id);
      return readCellStates(ctx.heddle.database, ctx.caller.workspaceId, input.id);
    }),
  create: inWorkspace("editor")
    .input(z.strictObject({ title: z.string().trim().min(1).max(200) }))
    .mutation(({ ctx, input }): Promise<{ id: string }> => {
      return createEmptyNotebook(ctx.heddle, ctx.caller.workspaceId, ctx.caller, input.title);
    }),
  /** Parses and compiles; runs and fetches nothing. */
  import: inWorkspace("editor")
    .input(z.strictObject({ fileName: z.string().max(255), text }))
    .mutation(({ ctx, input }): Promise<ImportedFile> => importNotebook(ctx.heddle, ctx.caller.workspaceId, ctx.caller, input)),
  duplicate: inWorkspace("editor")
    .input(id)
    .mutation(({ ctx, input }): Promise<{ id: string }> => {
      return duplicateNotebook(ctx.heddle, ctx.caller.workspaceId, ctx.caller, input.id);
    }),
  /** Marks it deleted; `restore` takes that back. Its runs stay. */
  delete: inWorkspace("editor")
    .input(id)
    .mutation(({ ctx, input }): Promise<void> => {
      return setNotebookDeleted(ctx.heddle.database, ctx.caller.workspaceId, input.id, true);
    }),
  restore: inWorkspace("editor")
    .input(id)
    .mutation(({ ctx, input }): Promise<void> => {
      return setNotebookDeleted(ctx.heddle.database, ctx.caller.workspaceId, input.id, false);
    }),
  versions: inWorkspace("viewer")
    .input(
      z.strictObject({
        id: id.shape.id,
        cursor: z.int().optional(),
        limit: z.int().min(1).max(200).default(50),
        named: z.boolean().default(false),
        /** Sent along by the client's pages: always "forward". */
        direction: z.literal("forward").optional(),
      }),
    )
    .query(({ ctx, input }): Promise<VersionPage> =>
      listVersions(ctx.heddle.database, ctx.caller.workspaceId, { ...input, below: input.cursor }),
    ),
  version: inWorkspace("viewer")
    .input(version)
    .query(async ({ ctx, input }): Promise<VersionText> => {
      const { revision, text } = await getNotebookVersion(ctx.heddle.database, ctx.caller.workspaceId, input.id, input.revision);
      return { revision, text };
    }),
  nameVersion: inWorkspace("editor")
    .input(version.extend({ name: z.string().trim().min(1).max(100).nullable() }))
    .mutation(({ ctx, input }): Promise<void> => nameVersion(ctx.heddle.database, ctx.caller.workspaceId, input)),
  /** Its text becomes the newest version. CONFLICT when `newest` is not the newest any more. */
  restoreVersion: inWorkspace("editor")
    .input(version.extend({ newest: z.int() }))
    .mutation(({ ctx, input }): Promise<{ revision: number }> => restoreVersion(ctx.heddle, ctx.caller.workspaceId, ctx.caller, input)),
  forkVersion: inWorkspace("editor")
    .input(version)
    .mutation(({ ctx, input }): Promise<{ id: string }> => forkVersion(ctx.heddle, ctx.caller.workspaceId, ctx.caller, input)),
  /** CONFLICT when `revision` is not the newest: the message says who saved since; nothing is lost on either side. */
  save: inWorkspace("editor")
    .input(z.strictObject({ id: z.string().max(64), revision: z.int(), text }))
    .mutation(({ ctx, input }): Promise<{ revision: number }> => saveNotebook(ctx.heddle, ctx.caller.workspaceId, ctx.caller, input)),
});
