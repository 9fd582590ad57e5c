/** The row of an artifact. Its bytes are in the store already; a repeated word changes nothing. */
import type { ArtifactWord } from "../executor/executor";
import { recordArtifactSql } from "../db/artifact.sql";
import { newId } from "../db/new-id";
import type { Pool } from "../db/pool";
import { toJson, toText } from "../db/to-json";

export async function recordArtifact(
  pool: Pool,
  origin: { readonly workspaceId: string; readonly runId: string; readonly taskRunId: string; readonly attempt: number },
  word: ArtifactWord,
): Promise<void> {
  await pool.query(recordArtifactSql, [
    newId(),
    origin.workspaceId,
    origin.runId,
    origin.taskRunId,
    origin.attempt,
    word.seq,
    toText(word.name),
    toText(word.type),
    toJson(word.metadata),
    toJson(word.value),
  ]);
}
