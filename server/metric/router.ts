import { z } from "zod";
import { workspaceRead } from "../db/tenancy";
import { coalesce } from "../run/coalesce";
import { runHub, type RunNews } from "../run/run-hub";
import { inWorkspace, router } from "../trpc";
import { checkRuns, readSeries, readSummaries } from "./read-series";
import type { MetricSummary, SeriesView } from "./metric-views";

const runIds = z.array(z.string().max(64)).min(1).max(100);

export const metricRouter = router({
  /** Every series of these runs (newest attempts), at most `points` points each; `from`/`to` (steps) for a zoom. */
  series: inWorkspace("viewer")
    .input(
      z.strictObject({
        runIds,
        names: z.array(z.string().max(250)).max(200).optional(),
        points: z.int().min(2).max(5000).default(500),
        from: z.number().optional(),
        to: z.number().optional(),
      }),
    )
    .query(({ ctx, input }): Promise<SeriesView[]> => {
      return readSeries(ctx.heddle.database, ctx.caller.workspaceId, { ...input, names: input.names, from: input.from, to: input.to });
    }),
  summaries: inWorkspace("viewer")
    .input(z.strictObject({ runIds }))
    .query(({ ctx, input }): Promise<MetricSummary[]> => {
      return readSummaries(ctx.heddle.database, ctx.caller.workspaceId, input.runIds);
    }),
  /** Names of series that got points: the page refetches those. */
  watch: inWorkspace("viewer")
    .input(z.strictObject({ runIds }))
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<{ runId: string; names: string[] }> {
      const { workspaceId } = ctx.caller;
      await workspaceRead(ctx.heddle.database, workspaceId, (client) => checkRuns(client, workspaceId, input.runIds));
      const wanted = new Set(input.runIds);
      const wants = (news: RunNews) => news.type === "metrics" && news.workspaceId === workspaceId && wanted.has(news.runId);
      for await (const batch of coalesce({ hub: runHub, signal, wants })) {
        const names = new Map<string, Set<string>>();
        for (const news of batch) {
          if (news.type !== "metrics") continue;
          const known = names.get(news.runId) ?? new Set();
          for (const name of news.names) known.add(name);
          names.set(news.runId, known);
        }
        for (const [runId, some] of names) yield { runId, names: [...some] };
      }
    }),
});
