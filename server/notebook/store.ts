/** Notebooks and their versions. Every saved text stays; a save names the revision it was made from. */
import crypto from "node:crypto";
import type { Database } from "../db/database";
import { workspaceRead, workspaceTransaction, type WorkspaceTransaction } from "../db/tenancy";
import { AppError, notFound } from "../errors";
import type { RunStatus } from "@/pipelines/run/run";
import type { NotebookRow } from "./notebook-views";
import { newNotebookText, setTitle } from "./set-title";
import { summarise, type NotebookSummary } from "./summarise";

/** What saving needs: where, and which packages a text may import. */
export interface Shelf {
  readonly database: Database;
  readonly packages: readonly string[];
}

export interface StoredNotebook {
  readonly id: string;
  readonly title: string;
  readonly revision: number;
  readonly text: string;
  readonly updatedAt: Date;
}

export async function listNotebooks(database: Database, workspaceId: string): Promise<NotebookRow[]> {
  interface Row {
    id: string;
    title: string;
    description: string;
    revision: number;
    updated_at: Date;
    updated_by: string;
    task_count: number;
    error_count: number;
    runs: { id: string; number: number; status: RunStatus; created_at: string }[] | null;
  }
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<Row>(
      `select n.id, n.title, n.description, n.revision, n.updated_at, coalesce(u.name, 'Heddle') as updated_by, n.task_count, n.error_count, r.runs
       from notebook n
       left join "user" u on u.id = n.updated_by
       left join lateral (
         select json_agg(json_build_object('id', id, 'number', number, 'status', status, 'created_at', created_at) order by number desc) as runs
         from (select id, number, status, created_at from run where notebook_id = n.id and workspace_id = n.workspace_id and trigger <> 'scratch'
               order by number desc limit 10) newest
       ) r on true
       where n.workspace_id = $1 and n.deleted_at is null
       order by n.updated_at desc, n.id`,
      [workspaceId],
    ),
  );
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    description: row.description,
    revision: row.revision,
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
    taskCount: row.task_count,
    errorCount: row.error_count,
    recentRuns: (row.runs ?? []).map((run) => ({
      id: run.id,
      number: run.number,
      status: run.status,
      createdAt: new Date(run.created_at).toISOString(),
    })),
  }));
}

export async function getNotebook(database: Database, workspaceId: string, id: string): Promise<StoredNotebook> {
  return workspaceTransaction(database, workspaceId, (tx) => readNotebook(tx, workspaceId, id));
}

async function readNotebook(tx: WorkspaceTransaction, workspaceId: string, id: string): Promise<StoredNotebook> {
  const notebook = await tx.notebook.findFirst({ where: { id, workspaceId, deletedAt: null } });
  const version = notebook && (await tx.notebookVersion.findFirst({ where: { workspaceId, notebookId: id, revision: notebook.revision } }));
  if (!notebook || !version) throw notFound("notebook");
  return { id, title: notebook.title, revision: notebook.revision, text: version.text, updatedAt: notebook.updatedAt };
}

export interface StoredVersion {
  readonly id: string;
  readonly notebookId: string;
  readonly title: string;
  readonly revision: number;
  readonly text: string;
}

export async function getNotebookVersion(
  database: Database,
  workspaceId: string,
  notebookId: string,
  revision: number,
): Promise<StoredVersion> {
  return workspaceTransaction(database, workspaceId, async (tx) => {
    const version = await tx.notebookVersion.findFirst({
      where: { workspaceId, notebookId, revision, notebook: { deletedAt: null } },
      include: { notebook: { select: { title: true } } },
    });
    if (!version) throw notFound("version of a notebook");
    return { id: version.id, notebookId, title: version.notebook.title, revision, text: version.text };
  });
}

export interface Author {
  readonly userId: string;
}

/** `fallback` names a text that does not name itself. */
export async function createNotebook(
  { database, packages }: Shelf,
  workspaceId: string,
  author: Author,
  text: string,
  fallback: string,
): Promise<{ readonly id: string; readonly diagnostics: NotebookSummary["diagnostics"] }> {
  const id = crypto.randomUUID();
  const summary = summarise(text, packages);
  await workspaceTransaction(database, workspaceId, async (tx) => {
    await tx.notebook.create({
      data: {
        id,
        workspaceId,
        title: summary.title ?? fallback,
        description: summary.description,
        revision: 1,
        taskCount: summary.taskCount,
        errorCount: summary.errorCount,
        updatedBy: author.userId,
      },
    });
    await tx.notebookVersion.create({
      data: { id: crypto.randomUUID(), workspaceId, notebookId: id, revision: 1, text, createdBy: author.userId },
    });
  });
  return { id, diagnostics: summary.diagnostics };
}

export async function createEmptyNotebook(
  shelf: Shelf,
  workspaceId: string,
  author: Author,
  title: string,
): Promise<{ readonly id: string }> {
  const { id } = await createNotebook(shelf, workspaceId, author, newNotebookText(title), title);
  return { id };
}

export async function duplicateNotebook(shelf: Shelf, workspaceId: string, author: Author, from: string): Promise<{ readonly id: string }> {
  const original = await getNotebook(shelf.database, workspaceId, from);
  const title = `${original.title} (copy)`.slice(0, 200);
  const { id } = await createNotebook(shelf, workspaceId, author, setTitle(original.text, title), title);
  return { id };
}

/**
 * Adds a version when `revision` is still the newest. The same text again adds none, so that a repeated request does no
 * harm; another text on an older revision is a CONFLICT and changes nothing.
 */
export async function saveNotebook(
  { database, packages }: Shelf,
  workspaceId: string,
  author: Author,
  save: { readonly id: string; readonly revision: number; readonly text: string },
): Promise<{ readonly revision: number }> {
  const summary = summarise(save.text, packages);
  return workspaceTransaction(database, workspaceId, async (tx) => {
    await tx.$queryRaw`select 1 from notebook where id = ${save.id} and workspace_id = ${workspaceId} for update`;
    const newest = await readNotebook(tx, workspaceId, save.id);
    if (newest.text === save.text) return { revision: newest.revision };
    if (newest.revision !== save.revision) throw await conflict(tx, workspaceId, save.id, newest);
    const revision = newest.revision + 1;
    await tx.notebookVersion.create({
      data: { id: crypto.randomUUID(), workspaceId, notebookId: save.id, revision, text: save.text, createdBy: author.userId },
    });
    await tx.notebook.update({
      where: { id: save.id, workspaceId },
      data: {
        revision,
        updatedBy: author.userId,
        description: summary.description,
        taskCount: summary.taskCount,
        errorCount: summary.errorCount,
        ...(summary.title === undefined ? {} : { title: summary.title }),
      },
    });
    return { revision };
  });
}

async function conflict(tx: WorkspaceTransaction, workspaceId: string, id: string, newest: StoredNotebook): Promise<AppError> {
  const notebook = await tx.notebook.findFirst({ where: { id, workspaceId } });
  const user = notebook && (await tx.user.findFirst({ where: { id: notebook.updatedBy }, select: { name: true } }));
  return new AppError(
    "CONFLICT",
    `${user?.name ?? "Somebody"} saved revision ${newest.revision} in the meantime (${newest.updatedAt.toISOString()}). Your text was not saved over it: load theirs, or keep yours as a copy.`,
  );
}

/** Marks it deleted or takes the mark away. */
export async function setNotebookDeleted(database: Database, workspaceId: string, id: string, deleted: boolean): Promise<void> {
  const { count } = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.notebook.updateMany({ where: { id, workspaceId }, data: { deletedAt: deleted ? new Date() : null } }),
  );
  if (count === 0) throw notFound("notebook");
}
