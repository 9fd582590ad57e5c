/** What a cell shows. Made in the runner, capped there (8 MB a task), drawn by app/_displays. JSON only. */
import { z } from "zod";

export const displaySchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("table"),
    columns: z.array(z.strictObject({ name: z.string(), type: z.enum(["number", "string", "boolean", "date", "json"]) })),
    /** The first rows only; `rowCount` says how many there are. */
    rows: z.array(z.array(z.json())),
    rowCount: z.number(),
    /** Where all rows are, when these are not all: a name among the values of the task run. */
    stored: z.string().optional(),
  }),
  z.strictObject({ type: z.literal("tree"), value: z.json(), summary: z.string(), cut: z.boolean() }),
  z.strictObject({ type: z.literal("text"), text: z.string(), cut: z.boolean() }),
  z.strictObject({ type: z.literal("markdown"), text: z.string() }),
  /** Drawn in a sealed frame only. */
  z.strictObject({ type: z.literal("html"), html: z.string() }),
  z.strictObject({ type: z.literal("image"), mediaType: z.string(), base64: z.string() }),
  z.strictObject({
    type: z.literal("chart"),
    mark: z.enum(["line", "bar", "scatter", "area", "heatmap"]),
    title: z.string().optional(),
    x: z.strictObject({ field: z.string(), title: z.string().optional(), scale: z.enum(["linear", "log", "category", "time"]).optional() }),
    y: z.strictObject({ field: z.string(), title: z.string().optional(), scale: z.enum(["linear", "log", "category"]).optional() }),
    /** Colour by this field: one series each. */
    series: z.string().optional(),
    /** Heatmap: the field that gives the colour. */
    value: z.string().optional(),
    rows: z.array(z.record(z.string(), z.json())),
  }),
]);

/** Values that are kept for a display alone are called so; no cell reads them, and no list of values names them. */
export const displayValuePrefix = "display:";
export type Display = z.infer<typeof displaySchema>;
