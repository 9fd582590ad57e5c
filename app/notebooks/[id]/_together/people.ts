/** Somebody else who has the notebook open: one window of theirs. */
export interface Person {
  /** Of the window. */
  readonly key: number;
  readonly userId: string;
  readonly name: string;
  /** The cell they are at. */
  readonly cell: string | undefined;
  readonly reads: boolean;
}

/** Of the ten of the charts: the same person has the same one for everybody, everywhere. */
export function colourOf(userId: string): string {
  let sum = 0;
  for (const letter of userId) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return `var(--series-${(sum % 10) + 1})`;
}

export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
}
