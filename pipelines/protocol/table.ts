/** How a page asks for a part of a large table, and what comes back. Answered by runner/table, which reads columns only. */
import { z } from "zod";

export const filterOps = [
  "equals",
  "not-equals",
  "contains",
  "above",
  "at-least",
  "below",
  "at-most",
  "between",
  "missing",
  "present",
] as const;

const column = z.int().min(0).max(10_000);

export const tableFilterSchema = z.strictObject({
  column,
  op: z.enum(filterOps),
  /** A number or a text as typed; none for missing and present. */
  value: z.string().max(1000).default(""),
  /** The upper end of between. */
  to: z.string().max(100).optional(),
});
export type TableFilter = z.infer<typeof tableFilterSchema>;

export const tableSortSchema = z.strictObject({ column, down: z.boolean() });
export type TableSort = z.infer<typeof tableSortSchema>;

export const tableViewSchema = z.strictObject({
  /** The first sorts first. What is missing comes last. */
  sort: z.array(tableSortSchema).max(3).default([]),
  /** A row is shown when it passes all. */
  filters: z.array(tableFilterSchema).max(50).default([]),
});
export type TableView = z.infer<typeof tableViewSchema>;

export const aggregations = ["none", "count", "sum", "mean", "median", "min", "max"] as const;
export type Aggregation = (typeof aggregations)[number];

export const tableQuestionSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("page"), view: tableViewSchema, from: z.int().min(0).max(1e9), count: z.int().min(1).max(1000) }),
  z.strictObject({ type: z.literal("statistics"), view: tableViewSchema, columns: z.array(column).min(1).max(50) }),
  z.strictObject({
    type: z.literal("chart"),
    x: z.string().max(1000),
    y: z.string().max(1000),
    series: z.string().max(1000).optional(),
    aggregation: z.enum(aggregations),
  }),
]);
export type TableQuestion = z.infer<typeof tableQuestionSchema>;

export type TableCell = null | boolean | number | string | readonly TableCell[] | { readonly [key: string]: TableCell };
export type TableColumnType = "number" | "string" | "boolean" | "date" | "json";

export interface TablePage {
  readonly type: "page";
  readonly columns: readonly { readonly name: string; readonly type: TableColumnType }[];
  /** Of the table, whatever is filtered. */
  readonly rowCount: number;
  /** Rows that pass the filters. */
  readonly matching: number;
  readonly from: number;
  readonly rows: readonly (readonly TableCell[])[];
  /** Place of each row in the table, from 0. */
  readonly places: readonly number[];
}

export interface TableColumnStatistics {
  readonly column: number;
  /** Rows that were looked at: those that pass the filters. */
  readonly count: number;
  readonly missing: number;
  readonly distinct: number;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  readonly median?: number;
  /** Counts in equal bins from min to max. */
  readonly histogram?: readonly number[];
  /** The most frequent texts. */
  readonly top?: readonly (readonly [text: string, count: number])[];
}

export interface TableStatistics {
  readonly type: "statistics";
  readonly columns: readonly TableColumnStatistics[];
}

export interface TableChart {
  readonly type: "chart";
  readonly rows: readonly { readonly [field: string]: TableCell }[];
  /** So many points there were; more than `rows` when they were thinned. */
  readonly points: number;
}

/** Why there is no answer, in a sentence. */
export interface TableRefusal {
  readonly type: "refused";
  readonly reason: "not-a-table" | "too-large" | "unreadable" | "bad-question";
  readonly message: string;
}

export type TableAnswer = TablePage | TableStatistics | TableChart | TableRefusal;

/** What the process that reads tables is asked. */
export interface TableRequest {
  readonly id: number;
  readonly path: string;
  /** `value`: as the runner encodes values; others are files of the data folder. */
  readonly format: "value" | "csv" | "json" | "ndjson" | "parquet" | "arrow";
  /** Tells one content of the path from a later one. */
  readonly stamp: string;
  /** A small value comes with the question, base64. */
  readonly inline?: string;
  readonly question: TableQuestion;
}

export interface TableReply {
  readonly id: number;
  readonly answer: TableAnswer;
}
