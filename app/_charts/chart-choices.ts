/** How line charts are drawn, as it stands in the address: `?x=wall&smooth=ema:0.6&log=y&fan=mean&hide=a,b&range=0:100`. */
import type { Domain, XKind } from "./axis";
import type { LineChoices } from "./prepare-lines";
import { formatSmoothing, parseSmoothing } from "./smooth";
import type { AddressChange } from "./use-address";

export function readChoices(get: (name: string) => string | undefined, defaultFan: LineChoices["fan"] = "each"): LineChoices {
  const x = get("x");
  const fan = get("fan");
  return {
    x: x === "relative" || x === "wall" ? x : "step",
    smoothing: parseSmoothing(get("smooth")),
    logY: get("log") === "y",
    fan: fan === "mean" || fan === "each" ? fan : defaultFan,
    hidden: new Set((get("hide") ?? "").split(",").filter(Boolean)),
    range: parseRange(get("range")),
  };
}

export function writeChoices(change: Partial<LineChoices>): AddressChange {
  const address: Record<string, string | undefined> = {};
  if (change.x !== undefined) {
    address["x"] = change.x === "step" ? undefined : change.x;
    // A range of steps means nothing on a clock.
    address["range"] = undefined;
  }
  if (change.smoothing !== undefined) address["smooth"] = formatSmoothing(change.smoothing);
  if (change.logY !== undefined) address["log"] = change.logY ? "y" : undefined;
  if (change.fan !== undefined) address["fan"] = change.fan;
  if (change.hidden !== undefined) address["hide"] = [...change.hidden].join(",") || undefined;
  if ("range" in change) address["range"] = change.range && `${round(change.range[0])}:${round(change.range[1])}`;
  return address;
}

function parseRange(text: string | undefined): Domain | undefined {
  const [from, to] = (text ?? "").split(":").map(Number);
  return from !== undefined && to !== undefined && from < to ? [from, to] : undefined;
}

const round = (value: number) => Number(value.toPrecision(14));

export const xWords: Record<XKind, string> = { step: "Step", relative: "Time since start", wall: "Clock" };
