import { z } from "zod";
import type { LogRecord } from "../executor/executor";
import type { RunStatus } from "@/pipelines/run/run";
import { inWorkspace, router } from "../trpc";
import type { RunDetail, RunPatch, RunRow, TaskRunDetail } from "./run-views";

const id = z.string().max(64);

export const runRouter = router({
  list: inWorkspace("viewer")
    .input(z.strictObject({
      notebookId: id.optional(),
      status: z.enum(["queued", "running", "succeeded", "failed", "cancelled"]).optional(),
      cursor: z.string().max(100).optional(),
      limit: z.int().min(1).max(200).default(50),
    }))
    .query((): Promise<{ rows: RunRow[]; nextCursor: string | undefined }> => {
      throw new Error("not built yet");
    }),
  get: inWorkspace("viewer").input(z.strictObject({ id })).query((): Promise<RunDetail> => {
    throw new Error("not built yet");
  }),
  taskRun: inWorkspace("viewer").input(z.strictObject({ id })).query((): Promise<TaskRunDetail> => {
    throw new Error("not built yet");
  }),
  /** Text of the notebook as it ran. */
  source: inWorkspace("viewer").input(z.strictObject({ id })).query((): Promise<{ text: string }> => {
    throw new Error("not built yet");
  }),
  /** JSON preview of a stored value: {type:"table",columns,rows,rowCount} | {type:"tree",value,cut} | {type:"numbers",values,length,…} (a Display). */
  preview: inWorkspace("viewer")
    .input(z.strictObject({ taskRunId: id, name: z.string().max(200), index: z.int().min(0).optional() }))
    .query((): Promise<{ summary: string; bytes: number; hash: string; codec: string; preview: import("@/pipelines/protocol/display").Display | undefined }> => {
      throw new Error("not built yet");
    }),
  /** BAD_REQUEST with all parameter faults in `message`, or the compile errors. `targets`: task keys; none: all. */
  start: inWorkspace("runner")
    .input(z.strictObject({
      notebookId: id,
      revision: z.int(),
      params: z.record(z.string().max(200), z.json()).default({}),
      targets: z.array(z.string().max(200)).max(5000).optional(),
      cache: z.enum(["use", "off"]).default("use"),
    }))
    .mutation((): Promise<{ id: string; number: number }> => {
      throw new Error("not built yet");
    }),
  cancel: inWorkspace("runner").input(z.strictObject({ id })).mutation((): Promise<void> => {
    throw new Error("not built yet");
  }),
  /** Runs the failed tasks again and what depended on them; the same run goes on. */
  retry: inWorkspace("runner").input(z.strictObject({ id })).mutation((): Promise<void> => {
    throw new Error("not built yet");
  }),
  logs: inWorkspace("viewer")
    .input(z.strictObject({ taskRunId: id, attempt: z.int().min(1), from: z.int().min(0).default(0), limit: z.int().min(1).max(5000).default(1000) }))
    .query((): Promise<{ records: LogRecord[]; next: number; total: number; cut: number }> => {
      throw new Error("not built yet");
    }),
  /** Changes of one run, from `seq` on; ends after the run has ended. */
  watch: inWorkspace("viewer")
    .input(z.strictObject({ id, seq: z.int().min(0) }))
    // eslint-disable-next-line require-yield
    .subscription(async function* (): AsyncGenerator<RunPatch> {
      throw new Error("not built yet");
    }),
  /** Lines of one attempt as they come, from record `from` on. */
  watchLogs: inWorkspace("viewer")
    .input(z.strictObject({ taskRunId: id, attempt: z.int().min(1), from: z.int().min(0) }))
    // eslint-disable-next-line require-yield
    .subscription(async function* (): AsyncGenerator<{ from: number; records: LogRecord[] }> {
      throw new Error("not built yet");
    }),
  /** Any change of any run of the workspace: what lists refetch on. */
  watchAll: inWorkspace("viewer")
    // eslint-disable-next-line require-yield
    .subscription(async function* (): AsyncGenerator<{ runId: string; notebookId: string | undefined; status: RunStatus }> {
      throw new Error("not built yet");
    }),
});
