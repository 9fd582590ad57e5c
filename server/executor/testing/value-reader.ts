/** Reads a stored value back. Only tests may: a server never decodes what user code made. */
import type { ValueRef } from "@/pipelines/run/run";
import { ClassRegistry } from "@/runner/values/class-registry";
import { decodeValue } from "@/runner/values/decode";
import { Extensions } from "@/runner/values/extensions";
import type { ValueStore } from "@/server/artifact/store";

export async function readValue(store: ValueStore, workspaceId: string, ref: ValueRef): Promise<unknown> {
  const bytes = ref.inline === undefined ? await store.read(workspaceId, ref.hash) : Buffer.from(ref.inline, "base64");
  return decodeValue(bytes, new ClassRegistry(), new Extensions());
}
