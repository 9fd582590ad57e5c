/** Folds what `run.watch` pushed into the run that the page holds. Patches carry whole rows, so repeats do no harm. */
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "@/server/router";
import type { RunDetail } from "../../../_trpc/outputs";

type Watch = inferRouterOutputs<AppRouter>["run"]["watch"];
export type RunPatch = Watch extends AsyncIterable<infer Patch> ? Patch : never;

export function applyPatches(run: RunDetail, patches: readonly RunPatch[]): RunDetail {
  let next = run;
  const rows = new Map(run.taskRuns.map((row) => [row.id, row]));
  for (const patch of patches) {
    if (patch.seq < next.lastSeq) continue;
    next = { ...next, ...patch.run, groups: { ...next.groups, ...patch.groups }, lastSeq: patch.seq };
    for (const [id, row] of rows) {
      // A fan-out that has grown large is no longer told element by element.
      if (row.mapIndex !== undefined && row.taskKey in patch.groups) rows.delete(id);
    }
    for (const row of patch.taskRuns) {
      // Elements of before their fan-out was cleared: others stand in their place.
      if (row.reason === "cleared") rows.delete(row.id);
      else rows.set(row.id, row);
    }
  }
  return next === run ? run : { ...next, taskRuns: [...rows.values()] };
}
