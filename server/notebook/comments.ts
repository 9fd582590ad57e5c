/**
 * What people say about a cell. A thread hangs on the cell's identity (shared-document.ts keeps it through edits, moves and
 * saves from elsewhere), so it stays with the cell whatever becomes of its text. Neighbour: comment-procedures.ts.
 */
import type { Database } from "../db/database";
import { newId } from "../db/new-id";
import { workspaceRead, workspaceTransaction, type WorkspaceTransaction } from "../db/tenancy";
import { notFound } from "../errors";
import type { Caller } from "../trpc";
import type { CommentThreadView, MentionView } from "./comment-views";
import { notebookHub, type NotebookNews } from "./notebook-hub";
import { getNotebook } from "./store";

/** The oldest thread first. */
export async function listThreads(database: Database, { workspaceId, userId }: Caller, notebookId: string): Promise<CommentThreadView[]> {
  await getNotebook(database, workspaceId, notebookId);
  return workspaceTransaction(database, workspaceId, async (tx) => {
    const threads = await tx.commentThread.findMany({
      where: { workspaceId, notebookId },
      orderBy: [{ createdAt: "asc" }, { id: "asc" }],
      take: 1000,
      include: { comments: { orderBy: [{ createdAt: "asc" }, { id: "asc" }], take: 500 } },
    });
    const names = await namesOf(
      tx,
      threads.flatMap((thread) => [
        ...thread.comments.map(({ createdBy }) => createdBy),
        ...(thread.resolvedBy ? [thread.resolvedBy] : []),
      ]),
    );
    return threads.map((thread) => ({
      id: thread.id,
      cellId: thread.cellId,
      cellName: thread.cellName,
      resolved: thread.resolvedAt
        ? { at: thread.resolvedAt.toISOString(), by: names.get(thread.resolvedBy ?? "") ?? "Somebody" }
        : undefined,
      comments: thread.comments.map((comment) => ({
        id: comment.id,
        text: comment.text,
        by: { id: comment.createdBy, name: names.get(comment.createdBy) ?? "Somebody" },
        at: comment.createdAt.toISOString(),
        mine: comment.createdBy === userId,
        mentionsMe: comment.mentions.includes(userId),
      })),
    }));
  });
}

export async function addComment(
  database: Database,
  { workspaceId, userId }: Caller,
  comment: {
    readonly notebookId: string;
    readonly text: string;
    /** An answer to a thread, or the beginning of one at a cell. */
    readonly at: { readonly threadId: string } | { readonly cellId: string; readonly cellName: string };
  },
): Promise<{ threadId: string; id: string }> {
  await getNotebook(database, workspaceId, comment.notebookId);
  const made = await workspaceTransaction(database, workspaceId, async (tx) => {
    const threadId = await threadFor(tx, workspaceId, comment.notebookId, comment.at);
    const id = newId();
    const mentions = (await findMentions(tx, workspaceId, comment.text)).filter((each) => each !== userId);
    await tx.comment.create({ data: { id, workspaceId, threadId, text: comment.text, mentions, createdBy: userId } });
    return { threadId, id };
  });
  notebookHub.publish({ type: "comments", workspaceId, notebookId: comment.notebookId });
  return made;
}

async function threadFor(
  tx: WorkspaceTransaction,
  workspaceId: string,
  notebookId: string,
  at: { readonly threadId: string } | { readonly cellId: string; readonly cellName: string },
): Promise<string> {
  if ("threadId" in at) {
    const thread = await tx.commentThread.findFirst({ where: { id: at.threadId, workspaceId, notebookId }, select: { id: true } });
    if (!thread) throw notFound("thread of comments");
    return thread.id;
  }
  const id = newId();
  await tx.commentThread.create({ data: { id, workspaceId, notebookId, cellId: at.cellId, cellName: at.cellName } });
  return id;
}

export async function setResolved(
  database: Database,
  { workspaceId, userId }: Caller,
  { threadId, resolved }: { readonly threadId: string; readonly resolved: boolean },
): Promise<void> {
  const notebookId = await workspaceTransaction(database, workspaceId, async (tx) => {
    const thread = await tx.commentThread.findFirst({ where: { id: threadId, workspaceId }, select: { notebookId: true } });
    if (!thread) throw notFound("thread of comments");
    await tx.commentThread.updateMany({
      where: { id: threadId, workspaceId },
      data: resolved ? { resolvedAt: new Date(), resolvedBy: userId } : { resolvedAt: null, resolvedBy: null },
    });
    return thread.notebookId;
  });
  notebookHub.publish({ type: "comments", workspaceId, notebookId });
}

/** One's own only. The last one takes its thread along. */
export async function removeComment(database: Database, { workspaceId, userId }: Caller, id: string): Promise<void> {
  const notebookId = await workspaceTransaction(database, workspaceId, async (tx) => {
    const comment = await tx.comment.findFirst({
      where: { id, workspaceId, createdBy: userId },
      select: { threadId: true, thread: { select: { notebookId: true } } },
    });
    if (!comment) throw notFound("comment of yours");
    await tx.comment.deleteMany({ where: { id, workspaceId, createdBy: userId } });
    await tx.commentThread.deleteMany({ where: { id: comment.threadId, workspaceId, comments: { none: {} } } });
    return comment.thread.notebookId;
  });
  notebookHub.publish({ type: "comments", workspaceId, notebookId });
}

/** Open threads in which somebody names the caller, the newest first. */
export async function listMentions(database: Database, { workspaceId, userId }: Caller): Promise<MentionView[]> {
  interface Row {
    id: string;
    notebook_id: string;
    title: string;
    cell_id: string;
    cell_name: string;
    text: string;
    name: string | null;
    created_at: Date;
  }
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<Row>(
      `select distinct on (t.id) t.id, t.notebook_id, n.title, t.cell_id, t.cell_name, c.text, u.name, c.created_at
       from comment c join comment_thread t on t.id = c.thread_id join notebook n on n.id = t.notebook_id and n.deleted_at is null
       left join "user" u on u.id = c.created_by
       where c.workspace_id = $1 and $2 = any(c.mentions) and t.resolved_at is null
       order by t.id, c.created_at desc limit 200`,
      [workspaceId, userId],
    ),
  );
  return rows
    .sort((a, b) => b.created_at.getTime() - a.created_at.getTime())
    .map((row) => ({
      threadId: row.id,
      notebookId: row.notebook_id,
      notebookTitle: row.title,
      cellId: row.cell_id,
      cellName: row.cell_name,
      text: row.text,
      by: row.name ?? "Somebody",
      at: row.created_at.toISOString(),
    }));
}

const lookMs = 5_000;

/** A word that is another one when the comments of a notebook have changed: at once on this server, soon on others. */
export async function* watchThreads(
  database: Database,
  workspaceId: string,
  notebookId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  await getNotebook(database, workspaceId, notebookId);
  let wake: (() => void) | undefined;
  let news = true;
  const unsubscribe = notebookHub.subscribe((each: NotebookNews) => {
    if (each.type !== "comments" || each.notebookId !== notebookId) return;
    news = true;
    wake?.();
  });
  const stop = () => wake?.();
  signal?.addEventListener("abort", stop);
  try {
    for (let last: string | undefined; !signal?.aborted;) {
      news = false;
      const now = await stampOf(database, workspaceId, notebookId);
      if (now !== last) yield (last = now);
      if (news || signal?.aborted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lookMs);
        timer.unref();
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    unsubscribe();
    signal?.removeEventListener("abort", stop);
  }
}

async function stampOf(database: Database, workspaceId: string, notebookId: string): Promise<string> {
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<{ stamp: string | null }>(
      `select md5(string_agg(c.id || coalesce(t.resolved_at::text, ''), ',' order by c.id)) as stamp
       from comment_thread t join comment c on c.thread_id = t.id where t.workspace_id = $1 and t.notebook_id = $2`,
      [workspaceId, notebookId],
    ),
  );
  return rows[0]?.stamp ?? "";
}

/** Members that a text names: `@` and their name. */
async function findMentions(tx: WorkspaceTransaction, workspaceId: string, text: string): Promise<string[]> {
  if (!text.includes("@")) return [];
  const members = await tx.member.findMany({ where: { workspaceId }, select: { userId: true, user: { select: { name: true } } } });
  const words = text.toLowerCase();
  return members.filter(({ user }) => user.name !== "" && words.includes(`@${user.name.toLowerCase()}`)).map(({ userId }) => userId);
}

async function namesOf(tx: WorkspaceTransaction, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const people = await tx.user.findMany({ where: { id: { in: [...new Set(ids)] } }, select: { id: true, name: true } });
  return new Map(people.map(({ id, name }) => [id, name]));
}
