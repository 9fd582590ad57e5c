import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { colourToken, runColour, runStyles, scaleSize } from "./run-colour";

const tokens = readFileSync(join(import.meta.dirname, "../_ui/tokens.css"), "utf8");

function token(name: string) {
  const [, light, dark] = new RegExp(`${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(tokens)!;
  return { light: light!, dark: dark! };
}

const scale = Array.from({ length: scaleSize }, (_, colour) => token(colourToken(colour)));
const surfaces = [token("--page"), token("--surface")];

type Rgb = readonly [number, number, number];

// Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
const sights: Record<string, readonly Rgb[]> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(hex: string): Rgb {
  const channel = (at: number) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const times = (m: readonly Rgb[], v: Rgb) => m.map((r) => r[0] * v[0] + r[1] * v[1] + r[2] * v[2]) as unknown as Rgb;

function oklab([r, g, b]: Rgb): Rgb {
  const root = (x: number) => Math.cbrt(Math.max(0, x));
  const l = root(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = root(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = root(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(a: string, b: string) {
  const [x, y] = [luminance(linear(a)), luminance(linear(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

describe.each(["light", "dark"] as const)("the scale in the %s theme", (theme) => {
  it("gives every mark 3 : 1 against its surface", () => {
    for (const swatch of scale) {
      for (const surface of surfaces) expect(contrast(swatch[theme], surface[theme])).toBeGreaterThanOrEqual(3);
    }
  });

  it.each(Object.keys(sights))("keeps any two colours apart with %s", (sight) => {
    const seen = scale.map((swatch) => oklab(times(sights[sight]!, linear(swatch[theme]))));
    for (const [i, a] of seen.entries()) {
      for (const b of seen.slice(0, i)) {
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(0.08);
      }
    }
  });
});

describe("a run's style", () => {
  it("has a colour that depends on its number alone", () => {
    expect(runColour(3)).toBe(2);
    expect(runColour(13)).toBe(2);
  });

  it("is solid, and dashed only beside a run of the same colour", () => {
    expect([...runStyles([12, 3]).values()].every((style) => style.dash.length === 0)).toBe(true);
    const styles = runStyles([13, 3, 4]);
    expect(styles.get(3)!.dash).toEqual([]);
    expect(styles.get(13)!.dash).not.toEqual([]);
    expect(styles.get(13)!.colour).toBe(styles.get(3)!.colour);
  });

  it("differs for any twenty runs in a row", () => {
    const styles = runStyles(Array.from({ length: 20 }, (_, i) => i + 35));
    expect(new Set([...styles.values()].map((style) => JSON.stringify(style))).size).toBe(20);
  });
});
