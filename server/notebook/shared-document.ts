/**
 * The shared document of a notebook at rest (prisma NotebookDocument; pipelines/together reads and writes it). One rule
 * holds it together with the versions: it always reads as the newest version, because store.ts writes both in one
 * transaction that holds the notebook's row. So every server takes in what others saved by applying the stored state, and
 * nothing is ever merged twice.
 */
import crypto from "node:crypto";
import * as Y from "yjs";
import { format } from "@/pipelines/notebook/format";
import type { Notebook } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";
import { matchCells } from "@/pipelines/together/match-cells";
import { mergeIntoShared } from "@/pipelines/together/merge-notebook";
import { readShared, seedShared } from "@/pipelines/together/shared-notebook";
import type { WorkspaceTransaction } from "../db/tenancy";
import { AppError } from "../errors";

export interface StoredDocument {
  readonly revision: number;
  readonly state: Uint8Array;
}

const mostBytes = 64 * 1024 * 1024;

/** Undefined until somebody has opened the notebook in the editor. */
export async function readDocument(tx: WorkspaceTransaction, workspaceId: string, notebookId: string): Promise<StoredDocument | undefined> {
  const row = await tx.notebookDocument.findFirst({ where: { workspaceId, notebookId }, select: { revision: true, state: true } });
  return row ?? undefined;
}

/** The only place where a document begins: from the text, under the lock of the notebook's row. */
export function seedDocument(text: string): Y.Doc {
  const doc = new Y.Doc();
  seedShared(doc, parse(text));
  return doc;
}

/** A text that was written elsewhere comes in as what it changed, so that open editors keep theirs. */
export function bringInText(stored: StoredDocument, text: string): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, stored.state);
  const before = readShared(doc);
  mergeIntoShared(doc, before, withKnownCells(before, parse(text)));
  return doc;
}

/** A document as it is at one moment: while it is being written, people go on. */
export interface DocumentSnapshot {
  readonly text: string;
  readonly state: Uint8Array;
  readonly cellIds: readonly string[];
}

export function snapshotOf(doc: Y.Doc): DocumentSnapshot {
  const notebook = readShared(doc);
  return {
    // A byte of it would end the text in PostgreSQL.
    text: format(notebook).replaceAll("\0", ""),
    state: Y.encodeStateAsUpdate(doc),
    cellIds: notebook.cells.map(({ id }) => id),
  };
}

export async function writeDocument(
  tx: WorkspaceTransaction,
  workspaceId: string,
  notebookId: string,
  { state, cellIds }: DocumentSnapshot,
  revision: number,
): Promise<void> {
  if (state.byteLength > mostBytes) throw new AppError("PAYLOAD_TOO_LARGE", "The notebook has become too large to be written together.");
  const data = { revision, state: state as Uint8Array<ArrayBuffer>, cellIds: [...cellIds] };
  await tx.notebookDocument.upsert({ where: { notebookId }, create: { notebookId, workspaceId, ...data }, update: data });
}

function withKnownCells(before: Notebook, next: Notebook): Notebook {
  const ids = matchCells(before.cells, next.cells, () => `n${crypto.randomUUID()}`);
  return { ...next, cells: next.cells.map((cell, index) => ({ ...cell, id: ids[index]! })) };
}
