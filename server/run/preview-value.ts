/** What a page shows of a stored value. The server never decodes one: the runner made a preview, and it is parsed before it is believed. */
import type { Display } from "@/pipelines/protocol/display";
import { previewSchema, type Preview } from "@/pipelines/protocol/preview";
import type { OutputRef, ValueRef } from "@/pipelines/run/run";
import type { ValueStore } from "../artifact/store";
import { workspaceRead } from "../db/tenancy";
import { notFound } from "../errors";
import type { Heddle } from "../heddle";

/** A value by the task run that gave or got it. `index` picks one of a fan-out's list. */
export async function findValue(
  heddle: Heddle,
  workspaceId: string,
  order: { readonly taskRunId: string; readonly name: string; readonly index: number | undefined },
): Promise<ValueRef> {
  const { rows } = await workspaceRead(heddle.database, workspaceId, (client) =>
    client.query<{ value: OutputRef | null }>(
      `select coalesce(t.outputs->$3, t.elements->$3, (
         select a.value from artifact a where a.workspace_id = t.workspace_id and a.task_run_id = coalesce(t.cached_from, t.id) and a.name = $3
         order by a.attempt desc, a.seq desc limit 1)) as value
       from task_run t where t.workspace_id = $1 and t.id = $2`,
      [workspaceId, order.taskRunId, order.name],
    ),
  );
  const output = rows[0]?.value ?? undefined;
  const value = output && "list" in output ? output.list[order.index ?? 0] : output;
  if (!value) throw notFound("value");
  return value;
}

export interface ValuePreview {
  readonly summary: string;
  readonly bytes: number;
  readonly hash: string;
  readonly codec: string;
  /** Undefined when the value has none. */
  readonly preview: Display | undefined;
  /** With statistics of each column, and for numbers a sample to plot. */
  readonly detail: Preview | undefined;
}

export async function previewValue(heddle: Heddle, workspaceId: string, order: Parameters<typeof findValue>[2]): Promise<ValuePreview> {
  const ref = await findValue(heddle, workspaceId, order);
  const { summary, bytes, hash, codec } = ref;
  const detail = await readPreview(heddle.execution.values, workspaceId, ref);
  return { summary, bytes, hash, codec, preview: detail && toDisplay(detail, summary), detail };
}

/** A small one travels in the reference, others lie beside the value in the store. */
export async function readPreview(store: ValueStore, workspaceId: string, { hash, preview }: ValueRef): Promise<Preview | undefined> {
  return parsePreview(preview) ?? parsePreview(parseJson(await store.readPreview(workspaceId, hash)));
}

function parsePreview(value: unknown): Preview | undefined {
  return value === undefined ? undefined : previewSchema.safeParse(value).data;
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function toDisplay(preview: Preview, summary: string): Display {
  switch (preview.type) {
    case "table":
      return {
        type: "table",
        columns: preview.columns.map(({ name, type }) => ({ name, type })),
        rows: preview.rows,
        rowCount: preview.rowCount,
      };
    case "numbers":
      return { type: "tree", value: preview.sample, summary, cut: preview.stride > 1 };
    case "tree":
      return { type: "tree", value: preview.value, summary, cut: preview.cut };
  }
}
