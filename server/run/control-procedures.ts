/** What people do to runs, and what waits for them: the part of the run router (router.ts) that asks the engine for a change. */
import { z } from "zod";
import { actsSql } from "../db/run-read.sql";
import { workspaceRead } from "../db/tenancy";
import { inWorkspace } from "../trpc";
import { answerApproval, commandRun, commandTask } from "./command-run";
import { findRun } from "./find-run";
import { addNote, listNotes, removeNote } from "./notes";
import type { PlanView } from "./plan-view";
import { readInbox } from "./read-inbox";
import type { InboxItem, RunActView, RunNoteView } from "./run-views";
import { planRun } from "./start-run";
import { startScratch } from "./start-scratch";

const id = z.string().max(64);
const byId = z.strictObject({ id });
const note = z.string().trim().min(1).max(2000);

/** What a run is started with: also what a dry run is asked with. */
export const runOrder = z.strictObject({
  notebookId: id,
  revision: z.int().min(1).max(2_000_000_000),
  params: z.record(z.string().max(200), z.json()).default({}),
  targets: z.array(z.string().max(200)).max(5000).optional(),
  cache: z.enum(["use", "off"]).default("use"),
  /** Milliseconds that the run may take; left out: what the notebook says. */
  timeout: z
    .int()
    .min(1000)
    .max(365 * 86_400_000)
    .optional(),
});

const busy = "Something concerned is queued, running, or the run is being stopped: wait for it, or stop the run first.";

export const controlProcedures = {
  /** A throw-away run of a text beside the notebook: for those who may write, since it is code. */
  scratch: inWorkspace("editor")
    .input(runOrder.pick({ notebookId: true, revision: true, params: true }).extend({ source: z.string().max(200_000) }))
    .mutation(({ ctx, input }): Promise<{ id: string; number: number; task: string }> => {
      const { userId, workspaceId } = ctx.caller;
      return startScratch(ctx.heddle, { ...input, userId, workspaceId });
    }),
  /** After a `stop` the handlers (`on=`) still run; `terminate` lets nothing run. */
  cancel: inWorkspace("runner")
    .input(z.strictObject({ id, how: z.enum(["stop", "terminate"]).default("stop") }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      const run = await findRun(ctx.heddle.database, ctx.caller.workspaceId, input.id);
      // What has ended needs no stopping: two presses of the button are one.
      if (run.status !== "queued" && run.status !== "running") return;
      await commandRun(ctx.heddle, ctx.caller, input.id, { type: "cancel-requested", how: input.how }, "The run is being stopped already.");
    }),
  /** Nothing new starts; what runs goes on. */
  pause: inWorkspace("runner")
    .input(byId)
    .mutation(({ ctx, input }): Promise<void> =>
      commandRun(ctx.heddle, ctx.caller, input.id, { type: "pause-requested" }, "The run is paused already, or about to end."),
    ),
  resume: inWorkspace("runner")
    .input(byId)
    .mutation(({ ctx, input }): Promise<void> =>
      commandRun(ctx.heddle, ctx.caller, input.id, { type: "resume-requested" }, "The run is not paused."),
    ),
  /** Runs the failed tasks again, or the one named, and what depended on them; the same run goes on. Watch it again from its `lastSeq`. */
  retry: inWorkspace("runner")
    .input(z.strictObject({ id, taskRunId: id.optional() }))
    .mutation(({ ctx, input }): Promise<void> => {
      const { taskRunId } = input;
      const refusal = "There is nothing to run again: no such task failed, or the run is still at work on it.";
      if (taskRunId === undefined) {
        return commandRun(ctx.heddle, ctx.caller, input.id, { type: "retry-requested", ordinal: undefined }, refusal);
      }
      return commandTask(ctx.heddle, ctx.caller, taskRunId, (ordinal) => ({ type: "retry-requested", ordinal }), refusal);
    }),
  /** The task and everything downstream runs again, without looking at stored results. */
  clear: inWorkspace("runner")
    .input(z.strictObject({ taskRunId: id }))
    .mutation(({ ctx, input }): Promise<void> =>
      commandTask(ctx.heddle, ctx.caller, input.taskRunId, (ordinal) => ({ type: "clear-requested", ordinal }), busy),
    ),
  mark: inWorkspace("runner")
    .input(z.strictObject({ taskRunId: id, as: z.enum(["succeeded", "failed"]), note: note.optional() }))
    .mutation(({ ctx, input }): Promise<void> =>
      commandTask(
        ctx.heddle,
        ctx.caller,
        input.taskRunId,
        (ordinal) => ({ type: "mark-requested", ordinal, as: input.as, note: input.note }),
        `It cannot be marked as ${input.as}: it is so already, it belongs to a fan-out that was marked as a whole, or something concerned is at work.`,
      ),
    ),
  /** BAD_REQUEST with all faults of the form in `message`, a line each. */
  answer: inWorkspace("runner")
    .input(
      z.strictObject({
        taskRunId: id,
        approved: z.boolean(),
        values: z.record(z.string().max(200), z.json()).default({}),
        note: note.optional(),
      }),
    )
    .mutation(({ ctx, input }): Promise<void> => answerApproval(ctx.heddle, ctx.caller, { ...input, note: input.note })),
  /** What waits for an answer, longest waiting first. */
  inbox: inWorkspace("viewer").query(({ ctx }): Promise<readonly InboxItem[]> => readInbox(ctx.heddle.database, ctx.caller)),
  /** A dry run: per task whether it would run, and why. Runs nothing. */
  plan: inWorkspace("viewer")
    .input(runOrder)
    .query(({ ctx, input }): Promise<PlanView> => {
      const { userId, workspaceId } = ctx.caller;
      return planRun(ctx.heddle, { ...input, targets: input.targets, timeout: input.timeout, workspaceId, userId, trigger: "manual" });
    }),
  /** Who did what to the run, oldest first. */
  acts: inWorkspace("viewer")
    .input(byId)
    .query(async ({ ctx, input }): Promise<readonly RunActView[]> => {
      const { workspaceId } = ctx.caller;
      const run = await findRun(ctx.heddle.database, workspaceId, input.id);
      const { rows } = await workspaceRead(ctx.heddle.database, workspaceId, (client) =>
        client.query<{ seq: number; at: Date; act: Omit<RunActView, "seq" | "at"> }>(actsSql, [workspaceId, run.id]),
      );
      return rows.map(({ seq, at, act }) => ({
        seq,
        at: at.toISOString(),
        type: act.type,
        by: act.by,
        note: act.note,
        taskRunId: act.taskRunId,
      }));
    }),
  notes: inWorkspace("viewer")
    .input(byId)
    .query(({ ctx, input }): Promise<readonly RunNoteView[]> => listNotes(ctx.heddle.database, ctx.caller, input.id)),
  addNote: inWorkspace("runner")
    .input(z.strictObject({ id, taskRunId: id.optional(), text: note }))
    .mutation(({ ctx, input }): Promise<{ id: string }> =>
      addNote(ctx.heddle.database, ctx.caller, { runId: input.id, taskRunId: input.taskRunId, text: input.text }),
    ),
  removeNote: inWorkspace("runner")
    .input(byId)
    .mutation(({ ctx, input }): Promise<void> => removeNote(ctx.heddle.database, ctx.caller, input.id)),
};
