/** The task run that somebody means by `train` or `train[3]`, also in a fan-out too large to be told with its run. */
import type { createTRPCClient } from "@trpc/client";
import type { AppRouter } from "@/server/router";

type Api = ReturnType<typeof createTRPCClient<AppRouter>>;
type RunDetail = Awaited<ReturnType<Api["run"]["get"]["query"]>>;
type Row = RunDetail["taskRuns"][number];

export async function findTaskRun(api: Api, run: RunDetail, name: string): Promise<Row | undefined> {
  const [, key = "", digits] = /^(.*?)(?:\[(\d+)\])?$/.exec(name) ?? [];
  const index = digits === undefined ? undefined : Number(digits);
  const told = run.taskRuns.find((row) => row.taskKey === key && row.mapIndex === index);
  if (told || index === undefined || !(key in run.groups)) return told;
  const { rows } = await api.run.elements.query({ id: run.id, taskKey: key, from: index, limit: 1 });
  return rows.find((row) => row.mapIndex === index);
}
