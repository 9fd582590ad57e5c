/**
 * Smoothing of one line. All kinds weigh by distance on the x axis, measured in mean spacings, so that an uneven step
 * (a pause, a thinned bucket) smooths as what it is. Nulls (NaN, ±Infinity in the data) are left out and stay null.
 */
export type Smoothing =
  | { readonly type: "none" }
  /** Exponential moving average; `weight` of what was one spacing ago, 0–0.999. Started without bias. */
  | { readonly type: "ema"; readonly weight: number }
  /** Mean of the points within `window` spacings, half on either side. */
  | { readonly type: "average"; readonly window: number }
  /** Gaussian kernel with this standard deviation in spacings. */
  | { readonly type: "gaussian"; readonly sigma: number };

export const noSmoothing: Smoothing = { type: "none" };

export function smooth(x: readonly number[], y: readonly (number | null)[], smoothing: Smoothing): (number | null)[] {
  const spacing = meanSpacing(x);
  if (spacing === 0) return [...y];
  switch (smoothing.type) {
    case "none":
      return [...y];
    case "ema":
      return exponential(x, y, spacing, smoothing.weight);
    case "average":
      return weighted(x, y, (smoothing.window / 2) * spacing, () => 1);
    case "gaussian": {
      const sigma = smoothing.sigma * spacing;
      if (sigma <= 0) return [...y];
      return weighted(x, y, 3 * sigma, (distance) => Math.exp(-0.5 * (distance / sigma) ** 2));
    }
  }
}

function meanSpacing(x: readonly number[]): number {
  return x.length < 2 ? 0 : (x[x.length - 1]! - x[0]!) / (x.length - 1);
}

function exponential(x: readonly number[], y: readonly (number | null)[], spacing: number, weight: number) {
  let sum = 0;
  let total = 0;
  let last = x[0]!;
  return y.map((value, i) => {
    if (value === null) return null;
    const decay = Math.pow(weight, (x[i]! - last) / spacing);
    last = x[i]!;
    sum = sum * decay + value;
    total = total * decay + 1;
    return sum / total;
  });
}

function weighted(x: readonly number[], y: readonly (number | null)[], reach: number, weight: (distance: number) => number) {
  let from = 0;
  return y.map((value, i) => {
    if (value === null) return null;
    while (x[from]! < x[i]! - reach) from++;
    let sum = 0;
    let total = 0;
    for (let j = from; j < x.length && x[j]! <= x[i]! + reach; j++) {
      const other = y[j];
      if (other === null || other === undefined) continue;
      const w = weight(x[j]! - x[i]!);
      sum += w * other;
      total += w;
    }
    return sum / total;
  });
}

/** `ema:0.6`, `average:20`, `gaussian:3`; how a choice stands in the URL. Unreadable text is no smoothing. */
export function parseSmoothing(text: string | null | undefined): Smoothing {
  const [type, amount] = (text ?? "").split(":");
  const value = Number(amount);
  if (!amount || !Number.isFinite(value) || value < 0) return noSmoothing;
  switch (type) {
    case "ema":
      return { type, weight: Math.min(value, 0.999) };
    case "average":
      return { type, window: Math.min(value, 1000) };
    case "gaussian":
      return { type, sigma: Math.min(value, 200) };
    default:
      return noSmoothing;
  }
}

export function formatSmoothing(smoothing: Smoothing): string | undefined {
  switch (smoothing.type) {
    case "none":
      return undefined;
    case "ema":
      return `ema:${smoothing.weight}`;
    case "average":
      return `average:${smoothing.window}`;
    case "gaussian":
      return `gaussian:${smoothing.sigma}`;
  }
}
