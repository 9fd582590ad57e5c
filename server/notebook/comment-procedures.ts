/** What a page asks of comments; router.ts takes them in. */
import { z } from "zod";
import { inWorkspace } from "../trpc";
import type { CommentThreadView, MentionView } from "./comment-views";
import { addComment, listMentions, listThreads, removeComment, setResolved, watchThreads } from "./comments";

const id = z.string().max(64);
const text = z
  .string()
  .trim()
  .min(1)
  .max(10_000)
  .refine((value) => !value.includes("\0"), "A comment is text: this holds a NUL byte.");

export const commentProcedures = {
  comments: inWorkspace("viewer")
    .input(z.strictObject({ id }))
    .query(({ ctx, input }): Promise<CommentThreadView[]> => listThreads(ctx.heddle.database, ctx.caller, input.id)),
  /** Begins a thread at a cell. `@Name` names a member, who finds it in the inbox. */
  addComment: inWorkspace("runner")
    .input(z.strictObject({ id, cellId: id, cellName: z.string().max(300), text }))
    .mutation(({ ctx, input }): Promise<{ threadId: string; id: string }> =>
      addComment(ctx.heddle.database, ctx.caller, {
        notebookId: input.id,
        text: input.text,
        at: { cellId: input.cellId, cellName: input.cellName },
      }),
    ),
  answerComment: inWorkspace("runner")
    .input(z.strictObject({ id, threadId: id, text }))
    .mutation(({ ctx, input }): Promise<{ threadId: string; id: string }> =>
      addComment(ctx.heddle.database, ctx.caller, { notebookId: input.id, text: input.text, at: { threadId: input.threadId } }),
    ),
  /** Takes a thread out of sight, or back. */
  resolveComments: inWorkspace("runner")
    .input(z.strictObject({ threadId: id, resolved: z.boolean() }))
    .mutation(({ ctx, input }): Promise<void> => setResolved(ctx.heddle.database, ctx.caller, input)),
  /** One's own. */
  removeComment: inWorkspace("runner")
    .input(z.strictObject({ commentId: id }))
    .mutation(({ ctx, input }): Promise<void> => removeComment(ctx.heddle.database, ctx.caller, input.commentId)),
  /** Another word each time the comments have changed. */
  watchComments: inWorkspace("viewer")
    .input(z.strictObject({ id }))
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<string> {
      yield* watchThreads(ctx.heddle.database, ctx.caller.workspaceId, input.id, signal);
    }),
  /** Open threads that name the caller. */
  mentions: inWorkspace("viewer").query(({ ctx }): Promise<MentionView[]> => listMentions(ctx.heddle.database, ctx.caller)),
};
