/** Puts freshly fetched series in the place of the ones held: same run, same name. Others stay the very same objects. */
import type { SeriesView } from "../_trpc/outputs";

export function mergeSeries(
  held: readonly SeriesView[],
  fresh: readonly SeriesView[],
  runId: string,
  names: readonly string[],
): SeriesView[] {
  const replaced = new Set(names);
  return [...held.filter((one) => one.runId !== runId || !replaced.has(one.name)), ...fresh].sort(
    (a, b) => a.name.localeCompare(b.name) || a.taskKey.localeCompare(b.taskKey) || (a.mapIndex ?? -1) - (b.mapIndex ?? -1),
  );
}
