import { z } from "zod";
import type { PageWord } from "@/pipelines/together/messages";

const schema: z.ZodType<PageWord> = z.strictObject({ type: z.literal("save"), n: z.int().min(0) });

/** Undefined: this is no word of ours. */
export function readPageWord(payload: string): PageWord | undefined {
  if (payload.length > 200) return undefined;
  try {
    return schema.safeParse(JSON.parse(payload)).data;
  } catch {
    return undefined;
  }
}
