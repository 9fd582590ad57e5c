/** What became of a run that a cell has called, as it is told to the cell: what it exports, or why there is nothing. */
import type { Json } from "@/pipelines/compile/dag";
import type { CallAnswer, WireInput } from "@/pipelines/protocol/messages";
import type { OutputRef, Reason, RunStatus, TaskError } from "@/pipelines/run/run";
import type { Pool } from "../db/pool";
import { outcomeSql } from "../db/sub-run.sql";
import { toWireInput } from "../executor/to-wire-input";

interface OutcomeRow {
  readonly number: number;
  readonly status: RunStatus;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly notebook: string;
  readonly params: Record<string, Json>;
  readonly outputs: readonly { readonly name: string; readonly task: string }[];
  readonly given: Record<string, Record<string, OutputRef> | null> | null;
  readonly error: TaskError | null;
}

export async function readOutcome(pool: Pool, runId: string): Promise<CallAnswer> {
  const { rows } = await pool.query<OutcomeRow>(outcomeSql, [runId]);
  const row = rows[0];
  if (!row)
    return { ok: false, status: "cancelled", notebook: "", message: "The run that was started is not there any more: it was deleted." };
  const { number, notebook, status } = row;
  const run = { id: runId, number };
  if (status === "succeeded") {
    const outputs: Record<string, WireInput> = {};
    const params: Record<string, Json> = {};
    for (const { name, task } of row.outputs) {
      if (row.given && task in row.given) outputs[name] = toWireInput(row.given[task]?.[name] ?? { absent: true });
      else if (name in row.params) params[name] = row.params[name]!;
      else outputs[name] = { absent: true };
    }
    return { ok: true, run, outputs, params: params as never };
  }
  const why = row.error ? ` ${row.error.name}: ${row.error.message}` : "";
  return {
    ok: false,
    status: status === "cancelled" ? "cancelled" : "failed",
    notebook,
    run,
    ...(row.reason === null ? {} : { reason: row.reason }),
    message: `Run ${number} of “${notebook}” ${status === "cancelled" ? "was stopped" : "failed"}: ${row.message ?? ""}${why}`.trim(),
  };
}
