/**
 * Domains and ticks, decided here so that SVG and canvas draw the same axis. Neighbours: prepare-*.ts ask, *-chart.tsx
 * draw what they get.
 */
export type Domain = readonly [number, number];

export interface Tick {
  readonly value: number;
  readonly label: string;
}

export type XKind = "step" | "relative" | "wall";

/** The numbers' range, widened a little; a flat line gets room on both sides. */
export function linearDomain(low: number, high: number, pad = 0.05): Domain {
  if (!(low <= high)) return [0, 1];
  // A difference that doubles cannot resolve into ticks is none.
  if (high - low <= Math.max(Math.abs(low), Math.abs(high)) * 1e-12) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1;
    return [low - room, high + room];
  }
  const room = (high - low) * pad;
  return [low - room, high + room];
}

export function logDomain(low: number, high: number): Domain {
  if (!(low > 0) || !(high >= low)) return [0.1, 10];
  if (low === high) return [low / 2, high * 2];
  const room = Math.pow(high / low, 0.05);
  return [low / room, high * room];
}

/** 1, 2 or 5 times a power of ten, so that about `count` steps fit. */
export function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const factor = [1, 2, 5, 10].find((f) => rough <= f * power * 1.0000001) ?? 10;
  return factor * power;
}

export function linearTicks(domain: Domain, count: number, integers = false): Tick[] {
  const [from, to] = domain;
  const step = Math.max(niceStep(to - from, count), integers ? 1 : 0);
  return multiples(step, from, to).map((value) => ({ value, label: axisNumber(value, step) }));
}

/** Decades; when few of them fit, also their 2s and 5s. */
export function logTicks(domain: Domain, count: number): Tick[] {
  const [from, to] = domain;
  const decades = Math.log10(to / from);
  if (decades < 0.7) return linearTicks(domain, count);
  const stride = Math.max(1, Math.ceil(decades / count));
  const factors = decades < 2.5 ? [1, 2, 5] : [1];
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    if (((power % stride) + stride) % stride !== 0) continue;
    for (const factor of factors) {
      // Written as text first: 1e-7 is exact where 10 ** -7 is not.
      const value = Number(`${factor}e${power}`);
      if (value >= from && value <= to) ticks.push({ value, label: axisNumber(value, value) });
    }
  }
  return ticks;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const timeSteps = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  second,
  2 * second,
  5 * second,
  10 * second,
  15 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  30 * day,
  90 * day,
  365 * day,
];

const timeStep = (span: number, count: number) => timeSteps.find((step) => span / step <= count) ?? timeSteps[timeSteps.length - 1]!;

/** Milliseconds since a start. */
export function relativeTicks(domain: Domain, count: number): Tick[] {
  const step = timeStep(domain[1] - domain[0], count);
  return multiples(step, ...domain).map((value) => ({ value, label: elapsed(value, step) }));
}

/** Milliseconds since the epoch, at round local times. `zoneOffset`: minutes to add to UTC. */
export function wallTicks(domain: Domain, count: number, zoneOffset = -new Date(domain[0]).getTimezoneOffset()): Tick[] {
  const step = timeStep(domain[1] - domain[0], count);
  const shift = zoneOffset * minute;
  return multiples(step, domain[0] + shift, domain[1] + shift).map((local) => ({
    value: local - shift,
    label: clock(local, step),
  }));
}

export function xTicks(kind: XKind, domain: Domain, count: number): Tick[] {
  switch (kind) {
    case "step":
      return linearTicks(domain, count, true);
    case "relative":
      return relativeTicks(domain, count);
    case "wall":
      return wallTicks(domain, count);
  }
}

function multiples(step: number, from: number, to: number): number[] {
  const values: number[] = [];
  if (!(step > 0) || !Number.isFinite(to - from)) return values;
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + step * 1e-9 && values.length < 100; n++) {
    // Dividing by the reciprocal keeps 0.3 from becoming 0.30000000000000004.
    values.push(step < 1 ? n / Math.round(1 / step) || 0 : n * step);
  }
  return values;
}

/** A tick's number with just the digits its step needs: 0.25, 40k, 1.5M, 2e-7. */
export function axisNumber(value: number, step: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) return value.toExponential(Math.min(2, mantissaDigits(value, step))).replace("e+", "e");
  for (const [unit, letter] of [
    [1e12, "T"],
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (size >= unit && (unit > 1e3 || size >= 1e4)) return `${fixed(value / unit, step / unit)}${letter}`;
  }
  return fixed(value, step);
}

function mantissaDigits(value: number, step: number) {
  return Math.max(0, Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(Math.abs(step)) + 1e-9));
}

function fixed(value: number, step: number): string {
  const digits = Math.min(10, Math.max(0, -Math.floor(Math.log10(Math.abs(step)) + 1e-9)));
  return value.toFixed(digits).replace("-", "−");
}

function elapsed(ms: number, step: number): string {
  if (ms === 0) return "0";
  const sign = ms < 0 ? "−" : "";
  const size = Math.abs(ms);
  if (step < second) return size < second ? `${sign}${Math.round(size)} ms` : `${sign}${(size / second).toFixed(step < 100 ? 2 : 1)} s`;
  if (step < minute && size < minute) return `${sign}${Math.round(size / second)} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  if (step < minute) return `${sign}${Math.floor(size / minute)}:${two(Math.round((size % minute) / second))}`;
  if (size < hour) return `${sign}${Math.round(size / minute)} m`;
  if (step < hour) return `${sign}${Math.floor(size / hour)} h ${two(Math.round((size % hour) / minute))}`;
  if (step < day) return `${sign}${Math.round(size / hour)} h`;
  return `${sign}${Math.round(size / day)} d`;
}

function clock(local: number, step: number): string {
  const iso = new Date(local).toISOString();
  if (step >= day) return iso.slice(0, 10);
  if (local % day === 0) return iso.slice(5, 10);
  if (step >= minute) return iso.slice(11, 16);
  return step >= second ? iso.slice(11, 19) : iso.slice(14, 23);
}
