/** Headline values and metrics of several runs side by side, the best of each marked. */
import { directionOf, type Direction } from "../../_charts/metric-direction";
import { bestOf } from "../../_charts/prepare-bars";

export interface ValueRow {
  readonly name: string;
  readonly type: "headline" | "metric";
  /** One for each run, in their order. */
  readonly values: readonly (number | undefined)[];
  readonly direction: Direction | undefined;
  readonly best: number | undefined;
}

interface Run {
  readonly id: string;
  readonly headline: readonly { readonly name: string; readonly value: number | null }[];
}

interface Summary {
  readonly runId: string;
  readonly name: string;
  /** Null or a word where it was NaN or ±Infinity. */
  readonly last: number | string | null;
}

/** `chosen`: directions that a person set; "none" switches the marking off. Names known as headline come first. */
export function prepareValues(
  runs: readonly Run[],
  summaries: readonly Summary[],
  chosen: ReadonlyMap<string, Direction | "none">,
): ValueRow[] {
  const headline = [...new Set(runs.flatMap((run) => run.headline.map(({ name }) => name)))];
  const metrics = [...new Set(summaries.map(({ name }) => name))].filter((name) => !headline.includes(name)).sort();
  const lasts = new Map(summaries.map((summary) => [`${summary.runId} ${summary.name}`, summary.last]));
  const toRow = (name: string, type: ValueRow["type"]): ValueRow => {
    const values = runs.map((run) => {
      const value = run.headline.find((one) => one.name === name)?.value ?? lasts.get(`${run.id} ${name}`);
      return typeof value === "number" ? value : undefined;
    });
    const set = chosen.get(name);
    const direction = set === "none" ? undefined : (set ?? directionOf(name));
    return {
      name,
      type,
      values,
      direction,
      best: bestOf(
        values.map((value) => ({ value })),
        direction,
      ),
    };
  };
  return [...headline.map((name) => toRow(name, "headline")), ...metrics.map((name) => toRow(name, "metric"))];
}

/** `loss:lower,score:none`, as it stands in the address. */
export function parseDirections(text: string | undefined): Map<string, Direction | "none"> {
  return new Map(
    (text ?? "").split(",").flatMap((one) => {
      const cut = one.lastIndexOf(":");
      const direction = one.slice(cut + 1);
      return cut > 0 && (direction === "lower" || direction === "higher" || direction === "none")
        ? [[decodeURIComponent(one.slice(0, cut)), direction] as const]
        : [];
    }),
  );
}

export function formatDirections(directions: ReadonlyMap<string, Direction | "none">): string | undefined {
  return [...directions].map(([name, direction]) => `${encodeURIComponent(name)}:${direction}`).join(",") || undefined;
}
