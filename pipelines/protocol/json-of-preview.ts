import type { Json } from "../compile/dag";
import type { Preview } from "./preview";

/** A value as JSON, when its preview holds it whole; undefined when it is larger than that (a model, a long table). */
export function jsonOfPreview(preview: Preview): Json | undefined {
  switch (preview.type) {
    case "tree":
      return preview.cut ? undefined : (preview.value as Json);
    case "numbers":
      return preview.stride === 1 && preview.shape.length === 1 ? preview.sample : undefined;
    case "table":
      if (preview.rows.length < preview.rowCount) return undefined;
      return preview.rows.map((row) =>
        Object.fromEntries(preview.columns.map(({ name }, column) => [name, (row[column] ?? null) as Json])),
      );
  }
}
