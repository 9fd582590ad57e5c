/** Order of two cells of one column: numbers by size, texts as people sort them, what is missing last. */
export function compareCells(a: unknown, b: unknown): number {
  const missing = Number(a === null || a === undefined) - Number(b === null || b === undefined);
  if (missing !== 0) return missing;
  if (typeof a === "number" && typeof b === "number") return a - b || Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return toText(a).localeCompare(toText(b), undefined, { numeric: true });
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
