/** What people ask of a run: found in their workspace, checked, handed to the engine with their name. Neighbour: engine.ts (command). */
import crypto from "node:crypto";
import { parseForm, validateAnswer } from "@/pipelines/compile/parse-form";
import type { Json, Task } from "@/pipelines/compile/dag";
import { encodeScalar, scalarCodec, summarizeScalar, type Scalar } from "@/pipelines/protocol/scalar-value";
import type { ValueRef } from "@/pipelines/run/run";
import type { RunCommand } from "@/pipelines/run/run-event";
import { ordinalOf } from "@/pipelines/run/run-state";
import { taskRunDetailSql } from "../db/run-read.sql";
import { workspaceRead } from "../db/tenancy";
import { AppError, notFound } from "../errors";
import type { Heddle } from "../heddle";
import type { Caller } from "../trpc";
import { findRun } from "./find-run";
import { assigneesOf, mayAnswer } from "./read-inbox";

/** The command without who gives it. */
type Wanted<T = RunCommand> = T extends unknown ? Omit<T, "by"> : never;

/** `refusal` is told when it would change nothing as things are. */
export async function commandRun(heddle: Heddle, caller: Caller, runId: string, wanted: Wanted, refusal: string): Promise<void> {
  const run = await findRun(heddle.database, caller.workspaceId, runId);
  const { name } = await whoIs(heddle, caller);
  const engine = await heddle.execution.engine();
  if (!(await engine.command(run.id, { ...wanted, by: name } as RunCommand))) throw new AppError("CONFLICT", refusal);
}

/** The same for one task run. */
export async function commandTask(
  heddle: Heddle,
  caller: Caller,
  taskRunId: string,
  wanted: (ordinal: number) => Wanted,
  refusal: string,
): Promise<void> {
  const { run_id } = await findTask(heddle, caller, taskRunId);
  await commandRun(heddle, caller, run_id, wanted(ordinalOf(taskRunId)), refusal);
}

export interface Answer {
  readonly taskRunId: string;
  readonly approved: boolean;
  readonly values: Readonly<Record<string, Json>>;
  readonly note: string | undefined;
}

export async function answerApproval(heddle: Heddle, caller: Caller, { taskRunId, approved, values, note }: Answer): Promise<void> {
  const { run_id, task } = await findTask(heddle, caller, taskRunId);
  if (task.kind !== "approval") throw new AppError("BAD_REQUEST", "This task asks nobody anything.");
  const me = await whoIs(heddle, caller);
  const assignees = assigneesOf(task);
  if (!mayAnswer(assignees, { ...me, role: caller.role })) {
    throw new AppError("FORBIDDEN", `Only ${assignees.join(", ")} or an owner of the workspace may answer this.`);
  }
  const form = parseForm(task.settings["form"]);
  const checked = validateAnswer("fields" in form ? form.fields : [], approved ? values : {});
  if (approved && "faults" in checked) throw new AppError("BAD_REQUEST", checked.faults.map(({ message }) => message).join("\n"));
  const outputs = approved && "values" in checked ? toOutputs(checked.values) : {};
  const command: Wanted = { type: "answered", ordinal: ordinalOf(taskRunId), approved, outputs, note };
  await commandRun(
    heddle,
    caller,
    run_id,
    command,
    "It does not wait for an answer any more: somebody answered, or the run went on without.",
  );
}

/** Values of a form, as cells read them. */
export function toOutputs(values: Readonly<Record<string, Json>>): Record<string, ValueRef> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const bytes = encodeScalar(value as Scalar);
      const hash = crypto.createHash("sha256").update(bytes).digest("hex");
      const preview = { type: "tree", value, cut: false };
      return [
        name,
        {
          hash,
          bytes: bytes.length,
          codec: scalarCodec,
          inline: Buffer.from(bytes).toString("base64"),
          summary: summarizeScalar(value as Scalar),
          preview,
        },
      ];
    }),
  );
}

async function findTask(heddle: Heddle, { workspaceId }: Caller, taskRunId: string): Promise<{ run_id: string; task: Task }> {
  const { rows } = await workspaceRead(heddle.database, workspaceId, (client) =>
    client.query<{ run_id: string; task: Task }>(taskRunDetailSql, [workspaceId, taskRunId]),
  );
  if (!rows[0]) throw notFound("task run");
  return rows[0];
}

function whoIs({ database }: Heddle, { userId }: Caller): Promise<{ name: string; email: string }> {
  return database.prisma.user.findUniqueOrThrow({ where: { id: userId }, select: { name: true, email: true } });
}
