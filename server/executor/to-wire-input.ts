import type { WireInput } from "@/pipelines/protocol/messages";
import type { InputRef } from "./executor";

/** Without what only pages want. */
export function toWireInput(input: InputRef): WireInput {
  if ("absent" in input) return { absent: true };
  const ref = ({ hash, codec, inline }: { hash: string; codec: string; inline?: string | undefined }) => ({
    hash,
    codec,
    ...(inline === undefined ? {} : { inline }),
  });
  return "list" in input ? { list: input.list.map(ref) } : ref(input);
}
