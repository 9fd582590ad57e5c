/** What a column holds, over the rows that are shown: exact, in one pass and one sort. */
import type { TableColumnStatistics } from "@/pipelines/protocol/table";
import type { TableColumn } from "./column-table";
import { toText, type Rows } from "./sort-rows";

const bins = 20;
const mostTop = 8;
/** Distinct texts are counted up to here; a column with more has as good as none twice. */
const mostCounted = 2_000_000;

export function statisticsOf(index: number, column: TableColumn, rows: Rows): TableColumnStatistics {
  return column.numbers && column.type !== "boolean" ? ofNumbers(index, column, column.numbers, rows) : ofTexts(index, column, rows);
}

function ofNumbers(index: number, column: TableColumn, numbers: ArrayLike<number>, rows: Rows): TableColumnStatistics {
  const values = new Float64Array(rows.length);
  let count = 0;
  let sum = 0;
  for (const row of rows) {
    const value = numbers[row]!;
    if (column.isMissing(row) || value !== value) continue;
    values[count++] = value;
    sum += value;
  }
  const sorted = values.subarray(0, count).sort();
  const base = { column: index, count: rows.length, missing: rows.length - count };
  if (count === 0) return { ...base, distinct: 0 };
  let distinct = 1;
  for (let at = 1; at < count; at++) if (sorted[at] !== sorted[at - 1]) distinct++;
  const [min, max] = [sorted[0]!, sorted[count - 1]!];
  const middle = count >> 1;
  const median = count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  const histogram = new Array<number>(bins).fill(0);
  const scale = max > min && Number.isFinite(max - min) ? bins / (max - min) : 0;
  for (let at = 0; at < count; at++) histogram[Math.max(0, Math.min(bins - 1, Math.floor((sorted[at]! - min) * scale)))]!++;
  return { ...base, distinct, ...finite({ min, max, mean: sum / count, median }), histogram };
}

/** JSON knows no infinity. */
function finite(figures: Readonly<Record<"min" | "max" | "mean" | "median", number>>) {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}

function ofTexts(index: number, column: TableColumn, rows: Rows): TableColumnStatistics {
  const counts = new Map<string, number>();
  let missing = 0;
  if (column.dictionary) {
    const { texts, indexes } = column.dictionary;
    const byIndex = new Uint32Array(texts.length);
    for (const row of rows) {
      if (column.isMissing(row)) missing++;
      else byIndex[indexes[row]!]!++;
    }
    byIndex.forEach((count, at) => count > 0 && counts.set(texts[at]!, count));
  } else {
    for (const row of rows) {
      const text = toText(column.get(row));
      if (text === undefined) missing++;
      else if (counts.size < mostCounted || counts.has(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  const top: [string, number][] = [];
  for (const entry of counts) {
    if (top.length === mostTop && entry[1] <= top[mostTop - 1]![1]) continue;
    top.push(entry);
    top.sort((a, b) => b[1] - a[1]);
    top.length = Math.min(top.length, mostTop);
  }
  return {
    column: index,
    count: rows.length,
    missing,
    distinct: counts.size,
    top: top.map(([text, count]) => [text.slice(0, 100), count]),
  };
}
