import type { VersionRow } from "../../../../_trpc/outputs";

/** A version that stands for itself, and the saves on the way to it. */
export interface VersionGroup {
  readonly version: VersionRow;
  /** Newest first: of the same person, shortly before, without a name or a run of their own. */
  readonly onTheWay: readonly VersionRow[];
}

const togetherMs = 10 * 60_000;

/** While somebody types, a version is saved every few seconds: what belongs together is one line. `versions`: newest first. */
export function foldVersions(versions: readonly VersionRow[]): VersionGroup[] {
  const groups: { version: VersionRow; onTheWay: VersionRow[] }[] = [];
  for (const version of versions) {
    const group = groups.at(-1);
    const next = group?.onTheWay.at(-1) ?? group?.version;
    const isOnTheWay =
      next !== undefined &&
      version.name === undefined &&
      version.runCount === 0 &&
      version.author.id === next.author.id &&
      Date.parse(next.createdAt) - Date.parse(version.createdAt) < togetherMs;
    if (group && isOnTheWay) group.onTheWay.push(version);
    else groups.push({ version, onTheWay: [] });
  }
  return groups;
}
