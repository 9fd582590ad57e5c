/** What came out, against the run before. */
import { directionOf, type Direction } from "../../../_charts/metric-direction";

export interface HeadlineItem {
  readonly name: string;
  readonly value: number | null;
  readonly difference: number | undefined;
  /** Share of the previous value; undefined when that was 0 or there is none. */
  readonly ratio: number | undefined;
  readonly verdict: "better" | "worse" | "same" | "changed" | undefined;
}

type Headline = readonly { readonly name: string; readonly value: number | null }[];

export function prepareHeadline(headline: Headline, previous: Headline | undefined): HeadlineItem[] {
  const before = new Map(previous?.map(({ name, value }) => [name, value]));
  return headline.map(({ name, value }) => {
    const old = before.get(name);
    if (old === undefined || old === null || value === null)
      return { name, value, difference: undefined, ratio: undefined, verdict: undefined };
    const difference = value - old;
    return {
      name,
      value,
      difference,
      ratio: old === 0 ? undefined : difference / Math.abs(old),
      verdict: verdictOf(difference, directionOf(name)),
    };
  });
}

function verdictOf(difference: number, direction: Direction | undefined): HeadlineItem["verdict"] {
  if (difference === 0) return "same";
  if (direction === undefined) return "changed";
  return difference < 0 === (direction === "lower") ? "better" : "worse";
}
