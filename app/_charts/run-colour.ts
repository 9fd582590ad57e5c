/**
 * Which colour a run has. One categorical scale of ten (tokens.css, `--series-1` to `--series-10`), chosen so that any
 * two stay apart under protan-, deutan- and tritanopia and each has 3 : 1 against its surface: run-colour.test.ts
 * measures both. A run keeps its place on the scale for good, by its number; the dash tells apart two runs ten numbers
 * from one another.
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

/** Run numbers count from 1; the first run takes the first colour. */
export function runStyle(runNumber: number): LineStyle {
  return styleOf(Math.max(0, runNumber - 1));
}

/** The name of the custom property, and what CSS paints with. */
export const colourToken = (colour: number) => `--series-${colour + 1}`;
export const cssColour = (colour: number) => `var(${colourToken(colour)})`;
