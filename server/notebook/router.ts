import { z } from "zod";
import type { Diagnostic } from "@/pipelines/compile/dag";
import { inWorkspace, router } from "../trpc";
import type { NotebookDetail, NotebookRow } from "./notebook-views";
import type { CellState, RunRow } from "../run/run-views";

const id = z.strictObject({ id: z.string().max(64) });
const text = z.string().max(20_000_000);

export const notebookRouter = router({
  list: inWorkspace("viewer").query((): Promise<NotebookRow[]> => {
    throw new Error("not built yet");
  }),
  get: inWorkspace("viewer").input(id).query((): Promise<NotebookDetail> => {
    throw new Error("not built yet");
  }),
  /** The newest task run of each task, and the run that is live now, if any. */
  states: inWorkspace("viewer").input(id).query((): Promise<{ cells: CellState[]; activeRun: RunRow | undefined }> => {
    throw new Error("not built yet");
  }),
  create: inWorkspace("editor").input(z.strictObject({ title: z.string().trim().min(1).max(200) })).mutation((): Promise<{ id: string }> => {
    throw new Error("not built yet");
  }),
  import: inWorkspace("editor")
    .input(z.strictObject({ fileName: z.string().max(255), text }))
    .mutation((): Promise<{ id: string; diagnostics: Diagnostic[] }> => {
      throw new Error("not built yet");
    }),
  duplicate: inWorkspace("editor").input(id).mutation((): Promise<{ id: string }> => {
    throw new Error("not built yet");
  }),
  /** Marks it deleted; `restore` takes that back. Its runs stay. */
  delete: inWorkspace("editor").input(id).mutation((): Promise<void> => {
    throw new Error("not built yet");
  }),
  restore: inWorkspace("editor").input(id).mutation((): Promise<void> => {
    throw new Error("not built yet");
  }),
  /** CONFLICT when `revision` is not the newest: the message says who saved since; nothing is lost on either side. */
  save: inWorkspace("editor")
    .input(z.strictObject({ id: z.string().max(64), revision: z.int(), text }))
    .mutation((): Promise<{ revision: number }> => {
      throw new Error("not built yet");
    }),
});
