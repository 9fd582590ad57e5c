/** What people write beside a run or one of its task runs; nothing is decided upon them. */
import type { Database } from "../db/database";
import { newId } from "../db/new-id";
import { workspaceTransaction } from "../db/tenancy";
import { notFound } from "../errors";
import type { Caller } from "../trpc";
import { findRun } from "./find-run";
import type { RunNoteView } from "./run-views";

export async function listNotes(database: Database, { workspaceId, userId }: Caller, runId: string): Promise<readonly RunNoteView[]> {
  await findRun(database, workspaceId, runId);
  return workspaceTransaction(database, workspaceId, async (tx) => {
    const notes = await tx.runNote.findMany({ where: { workspaceId, runId }, orderBy: { createdAt: "asc" }, take: 500 });
    const people = await tx.user.findMany({
      where: { id: { in: [...new Set(notes.map(({ createdBy }) => createdBy))] } },
      select: { id: true, name: true },
    });
    const names = new Map(people.map(({ id, name }) => [id, name]));
    return notes.map((note) => ({
      id: note.id,
      taskRunId: note.taskRunId ?? undefined,
      text: note.text,
      by: names.get(note.createdBy) ?? "Somebody",
      at: note.createdAt.toISOString(),
      mine: note.createdBy === userId,
    }));
  });
}

export async function addNote(
  database: Database,
  { workspaceId, userId }: Caller,
  note: { readonly runId: string; readonly taskRunId: string | undefined; readonly text: string },
): Promise<{ id: string }> {
  const run = await findRun(database, workspaceId, note.runId);
  if (note.taskRunId !== undefined && !note.taskRunId.startsWith(`${run.id}-`)) throw notFound("task run");
  const id = newId();
  await workspaceTransaction(database, workspaceId, (tx) =>
    tx.runNote.create({
      data: { id, workspaceId, runId: run.id, taskRunId: note.taskRunId ?? null, text: note.text, createdBy: userId },
      select: { id: true },
    }),
  );
  return { id };
}

/** One's own only. */
export async function removeNote(database: Database, { workspaceId, userId }: Caller, id: string): Promise<void> {
  const { count } = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.runNote.deleteMany({ where: { id, workspaceId, createdBy: userId } }),
  );
  if (count === 0) throw notFound("note");
}
