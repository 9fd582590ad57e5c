/** The shape of a timing as it is asked for and stored; what it means is checked by pipelines/schedule/timing.ts. */
import { z } from "zod";

const moment = z.iso.datetime({ offset: true });

export const timingSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("cron"), expression: z.string().max(200), seconds: z.boolean().optional() }),
  z.strictObject({
    type: z.literal("interval"),
    everySeconds: z
      .int()
      .min(1)
      .max(400 * 86_400),
    from: moment,
  }),
  z.strictObject({ type: z.literal("rule"), rule: z.string().max(500), from: moment }),
]);
