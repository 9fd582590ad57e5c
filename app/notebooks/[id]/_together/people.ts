/** Somebody else who has the notebook open: one window of theirs. */
export interface Person {
  /** Of the window. */
  readonly key: number;
  readonly userId: string;
  readonly name: string;
  /** A CSS colour. */
  readonly colour: string;
  /** The cell they are at. */
  readonly cell: string | undefined;
  readonly reads: boolean;
}

const scaleSize = 10;

/** Of the ten of the charts. A person keeps theirs from day to day, unless somebody else who is here has the same. */
export function coloursOf(userIds: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<number>();
  return new Map(
    [...new Set(userIds)].sort().map((id) => {
      let place = hashOf(id) % scaleSize;
      while (taken.has(place) && taken.size < scaleSize) place = (place + 1) % scaleSize;
      taken.add(place);
      return [id, `var(--series-${place + 1})`];
    }),
  );
}

function hashOf(text: string): number {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0;
  return hash;
}

export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
}
