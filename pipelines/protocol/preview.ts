/** What a page shows of a stored value without decoding it: made in the runner, at most 200 KB of JSON. */
import { z } from "zod";

export const columnStatisticsSchema = z.strictObject({
  /** How many were looked at: all, or an evenly spaced part of a long column. */
  scanned: z.number(),
  missing: z.number(),
  min: z.number().optional(),
  max: z.number().optional(),
  mean: z.number().optional(),
  /** Counts in equal bins from min to max. */
  histogram: z.array(z.number()).optional(),
  distinct: z.number().optional(),
  /** The most frequent values and how often they occur. */
  top: z.array(z.tuple([z.string(), z.number()])).optional(),
});
export type ColumnStatistics = z.infer<typeof columnStatisticsSchema>;

export const previewSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("table"),
    columns: z.array(
      z.strictObject({
        name: z.string(),
        type: z.enum(["number", "string", "boolean", "date", "json"]),
        statistics: columnStatisticsSchema,
      }),
    ),
    /** The first rows, at most 1,000. */
    rows: z.array(z.array(z.json())),
    rowCount: z.number(),
  }),
  z.strictObject({
    type: z.literal("numbers"),
    dtype: z.string(),
    shape: z.array(z.number()),
    /** Evenly spaced elements for plotting; `stride` elements lie between two of them. */
    sample: z.array(z.number().nullable()),
    stride: z.number(),
    statistics: columnStatisticsSchema,
  }),
  z.strictObject({ type: z.literal("tree"), value: z.json(), cut: z.boolean() }),
]);
export type Preview = z.infer<typeof previewSchema>;
