/** Lines as the aligned columns that the canvas library draws: one shared x, a column for each line, null for a gap. */
import type { LineModel } from "./prepare-lines";

export type Column = (number | null | undefined)[];

export interface AlignedLines {
  readonly x: number[];
  /** For each line of the model: its columns. `undefined` cells are no gap, only x values of other lines. */
  readonly columns: readonly { readonly y: Column; readonly raw?: Column; readonly low?: Column; readonly high?: Column }[];
}

export function alignLines(model: LineModel): AlignedLines {
  const x = [...new Set(model.lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const place = new Map(x.map((value, i) => [value, i]));
  const columns = model.lines.map((line) => {
    const column = (values: readonly (number | null)[]): Column => {
      const cells: Column = new Array<number | null | undefined>(x.length).fill(undefined);
      values.forEach((value, i) => (cells[place.get(line.x[i]!)!] = value));
      return cells;
    };
    return {
      y: column(line.y),
      ...(line.raw && { raw: column(line.raw) }),
      ...(line.band && { low: column(line.band.low), high: column(line.band.high) }),
    };
  });
  return { x, columns };
}
