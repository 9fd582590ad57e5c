/**
 * Which colour a run has. One categorical scale of ten (tokens.css, `--series-1` to `--series-10`), chosen so that any
 * two stay apart under protan-, deutan- and tritanopia and each has 3 : 1 against its surface: run-colour.test.ts
 * measures both. A run keeps its place on the scale for good, by its number; a dash tells apart two runs of one colour.
 */
export const scaleSize = 10;

export interface LineStyle {
  /** Place on the scale, 0–9. */
  readonly colour: number;
  /** Canvas and SVG dash pattern in pixels; empty: solid. */
  readonly dash: readonly number[];
}

const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

export function styleOf(index: number): LineStyle {
  const turn = Math.floor(index / scaleSize) % dashes.length;
  return { colour: index % scaleSize, dash: dashes[turn]! };
}

/** A run's place on the scale, for good. Run numbers count from 1; the first run takes the first colour. */
export function runColour(runNumber: number): number {
  return Math.max(0, runNumber - 1) % scaleSize;
}

/** Styles of runs that share a page: dashed only where two of them have the same colour. */
export function runStyles(runNumbers: readonly number[]): ReadonlyMap<number, LineStyle> {
  const taken = new Map<number, number>();
  const styles = new Map<number, LineStyle>();
  for (const number of [...new Set(runNumbers)].sort((a, b) => a - b)) {
    const colour = runColour(number);
    const before = taken.get(colour) ?? 0;
    taken.set(colour, before + 1);
    styles.set(number, { colour, dash: dashes[before % dashes.length]! });
  }
  return styles;
}

/** The name of the custom property, and what CSS paints with. */
export const colourToken = (colour: number) => `--series-${colour + 1}`;
export const cssColour = (colour: number) => `var(${colourToken(colour)})`;
