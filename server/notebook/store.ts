/**
 * Notebooks and their versions. Every saved text stays; a save names the revision it was made from. What is written together
 * in open editors comes in by `saveShared` (server/collaborate calls it); shared-document.ts keeps both ways in step.
 */
import crypto from "node:crypto";
import type * as Y from "yjs";
import { format } from "@/pipelines/notebook/format";
import { parse } from "@/pipelines/notebook/parse";
import type { Database } from "../db/database";
import { workspaceRead, workspaceTransaction, type WorkspaceTransaction } from "../db/tenancy";
import type { NotebookEnvironments } from "../environment/notebook-environments";
import { lockForText } from "../environment/store";
import { AppError, notFound } from "../errors";
import type { RunStatus } from "@/pipelines/run/run";
import type { NotebookRow } from "./notebook-views";
import { notebookHub } from "./notebook-hub";
import { newNotebookText, setTitle } from "./set-title";
import { bringInText, readDocument, seedDocument, snapshotOf, writeDocument, type StoredDocument } from "./shared-document";
import { summarise, type NotebookSummary } from "./summarise";

/** What saving needs: where, and which packages a text may import. */
export interface Shelf {
  readonly database: Database;
  readonly packages: readonly string[];
  /** Told of each save: it looks after the packages that the text wants. */
  readonly environments?: Pick<NotebookEnvironments, "saved"> | undefined;
}

export interface StoredNotebook {
  readonly id: string;
  readonly title: string;
  readonly revision: number;
  readonly text: string;
  readonly updatedAt: Date;
  /** Identities of its cells, in order, where they are known from editing; what `parse` calls them otherwise. */
  readonly cellIds: readonly string[] | undefined;
  /** Of the newest version. */
  readonly versionId: string;
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
         from (select id, number, status, created_at from run where notebook_id = n.id and workspace_id = n.workspace_id
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
  const document = await tx.notebookDocument.findFirst({
    where: { workspaceId, notebookId: id },
    select: { revision: true, cellIds: true },
  });
  return {
    id,
    title: notebook.title,
    revision: notebook.revision,
    text: version.text,
    updatedAt: notebook.updatedAt,
    versionId: version.id,
    cellIds: document?.revision === notebook.revision ? document.cellIds : undefined,
  };
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
  { database, packages, environments }: Shelf,
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
      data: {
        ...{ id: crypto.randomUUID(), workspaceId, notebookId: id, revision: 1, text, createdBy: author.userId },
        ...(await lockForText(tx, workspaceId, text)),
      },
    });
  });
  environments?.saved(workspaceId, id);
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
  { database, packages, environments }: Shelf,
  workspaceId: string,
  author: Author,
  save: { readonly id: string; readonly revision: number; readonly text: string },
): Promise<{ readonly revision: number }> {
  const summary = summarise(save.text, packages);
  const saved = await workspaceTransaction(database, workspaceId, async (tx) => {
    await lockNotebook(tx, workspaceId, save.id);
    const newest = await readNotebook(tx, workspaceId, save.id);
    if (newest.text === save.text) return { revision: newest.revision, isNew: false };
    if (newest.revision !== save.revision) throw await conflict(tx, workspaceId, save.id, newest);
    const revision = await addVersion(tx, workspaceId, author, newest, save.text, summary);
    const stored = await readDocument(tx, workspaceId, save.id);
    if (stored) await writeDocument(tx, workspaceId, save.id, snapshotOf(bringInText(stored, save.text)), revision);
    return { revision, isNew: true };
  });
  if (saved.isNew) notebookHub.publish({ type: "text", workspaceId, notebookId: save.id });
  if (saved.isNew) environments?.saved(workspaceId, save.id);
  return { revision: saved.revision };
}

/** The shared document of the newest version; begun here when nobody has opened the notebook before. */
export async function openShared(database: Database, workspaceId: string, id: string): Promise<StoredDocument> {
  return workspaceTransaction(database, workspaceId, async (tx) => {
    const known = await readDocument(tx, workspaceId, id);
    if (known) {
      await readNotebook(tx, workspaceId, id);
      return known;
    }
    await lockNotebook(tx, workspaceId, id);
    const newest = await readNotebook(tx, workspaceId, id);
    const stored = await readDocument(tx, workspaceId, id);
    if (stored) return stored;
    const snapshot = snapshotOf(seedDocument(newest.text));
    await writeDocument(tx, workspaceId, id, snapshot, newest.revision);
    return { revision: newest.revision, state: snapshot.state };
  });
}

/**
 * Saves an open document: what others saved meanwhile is taken into `doc` first (by `takeIn`), then what it reads as becomes
 * the newest version, unless it is already. Nobody is overwritten, whichever server each of them writes on.
 */
export async function saveShared(
  { database, packages, environments }: Shelf,
  workspaceId: string,
  author: Author,
  { id, doc, knows, takeIn }: { readonly id: string; readonly doc: Y.Doc; readonly knows: number; takeIn(state: Uint8Array): void },
): Promise<{ readonly revision: number }> {
  const saved = await workspaceTransaction(database, workspaceId, async (tx) => {
    await lockNotebook(tx, workspaceId, id);
    const newest = await readNotebook(tx, workspaceId, id);
    const stored = await readDocument(tx, workspaceId, id);
    if (!stored) throw new Error(`Notebook ${id} is open and its document is gone.`);
    if (stored.revision !== knows) takeIn(stored.state);
    const snapshot = snapshotOf(doc);
    const { text } = snapshot;
    if (text.length > mostText) throw new AppError("PAYLOAD_TOO_LARGE", "A notebook holds 20 million letters at most.");
    const isNew = format(parse(newest.text)) !== text;
    const revision = isNew ? await addVersion(tx, workspaceId, author, newest, text, summarise(text, packages)) : newest.revision;
    // What went and came back, or stands where no text shows it, is kept too.
    await writeDocument(tx, workspaceId, id, snapshot, revision);
    return { revision, isNew };
  });
  if (saved.isNew) notebookHub.publish({ type: "text", workspaceId, notebookId: id });
  if (saved.isNew) environments?.saved(workspaceId, id);
  return { revision: saved.revision };
}

const mostText = 20_000_000;

async function lockNotebook(tx: WorkspaceTransaction, workspaceId: string, id: string): Promise<void> {
  await tx.$queryRaw`select 1 from notebook where id = ${id} and workspace_id = ${workspaceId} for update`;
}

async function addVersion(
  tx: WorkspaceTransaction,
  workspaceId: string,
  author: Author,
  { id, revision: before }: StoredNotebook,
  text: string,
  summary: NotebookSummary,
): Promise<number> {
  const revision = before + 1;
  await tx.notebookVersion.create({
    data: {
      ...{ id: crypto.randomUUID(), workspaceId, notebookId: id, revision, text, createdBy: author.userId },
      ...(await lockForText(tx, workspaceId, text)),
    },
  });
  await tx.notebook.update({
    where: { id, workspaceId },
    data: {
      revision,
      updatedBy: author.userId,
      description: summary.description,
      taskCount: summary.taskCount,
      errorCount: summary.errorCount,
      ...(summary.title === undefined ? {} : { title: summary.title }),
    },
  });
  return revision;
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
