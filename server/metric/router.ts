import { z } from "zod";
import { inWorkspace, router } from "../trpc";
import type { MetricSummary, SeriesView } from "./metric-views";

const runIds = z.array(z.string().max(64)).min(1).max(100);

export const metricRouter = router({
  /** Every series of these runs (newest attempts), at most `points` points each; `from`/`to` (steps) for a zoom. */
  series: inWorkspace("viewer")
    .input(z.strictObject({
      runIds,
      names: z.array(z.string().max(250)).max(200).optional(),
      points: z.int().min(2).max(5000).default(500),
      from: z.number().optional(),
      to: z.number().optional(),
    }))
    .query((): Promise<SeriesView[]> => {
      throw new Error("not built yet");
    }),
  summaries: inWorkspace("viewer").input(z.strictObject({ runIds })).query((): Promise<MetricSummary[]> => {
    throw new Error("not built yet");
  }),
  /** Names of series that got points: the page refetches those. */
  watch: inWorkspace("viewer")
    .input(z.strictObject({ runIds }))
    // eslint-disable-next-line require-yield
    .subscription(async function* (): AsyncGenerator<{ runId: string; names: string[] }> {
      throw new Error("not built yet");
    }),
});
