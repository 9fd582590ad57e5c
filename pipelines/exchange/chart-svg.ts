/** A chart display as one SVG text, for files that are read without Heddle. Drawn plainly; the page's charts are app/_displays. */
import type { Display } from "../protocol/display";
import { escapeHtml } from "./escape-html";

type Chart = Extract<Display, { type: "chart" }>;
type Value = string | number;

const [width, height] = [640, 360];
const inset = { left: 64, right: 16, top: 32, bottom: 48 };
const plot = { width: width - inset.left - inset.right, height: height - inset.top - inset.bottom };
/** Told apart by people with any colour vision, on white. */
const colours = ["#4a48b5", "#dc6937", "#24a27a", "#6a0c54", "#517b87", "#9e4b06", "#9867cd", "#473d02", "#2f278e", "#635358"];
const quiet = "#52615f";
const mostMarks = 5000;

export function chartSvg(chart: Chart): string {
  const rows = chart.rows.slice(0, mostMarks);
  const title = chart.title ?? `${chart.y.title ?? chart.y.field} by ${chart.x.title ?? chart.x.field}`;
  const body = chart.mark === "heatmap" ? heatmap(chart, rows) : marks(chart, rows);
  const cut =
    rows.length < chart.rows.length ? text(width - inset.right, 14, `first ${mostMarks} of ${chart.rows.length} rows`, "end") : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(title)}" font-family="system-ui, sans-serif" font-size="11"><rect width="${width}" height="${height}" fill="#fff"/>${text(inset.left, 18, title, "start", "#14201f", 13)}${cut}${body}</svg>`;
}

function marks(chart: Chart, rows: Chart["rows"]): string {
  const names = [...new Set(rows.map((row) => seriesOf(chart, row)))];
  const points = rows.flatMap((row) => {
    const x = toX(row[chart.x.field], chart.x.scale);
    const y = toNumber(row[chart.y.field]);
    return x === undefined || y === undefined ? [] : [{ x, y, series: names.indexOf(seriesOf(chart, row)) }];
  });
  if (points.length === 0) return text(width / 2, height / 2, "No points", "middle");
  const categories = chart.x.scale === "category" || chart.mark === "bar" || points.some(({ x }) => typeof x === "string");
  const kinds = categories ? [...new Set(points.map(({ x }) => String(x)))] : [];
  const fromZero = chart.mark === "bar" || chart.mark === "area";
  const ys = scale([...points.map(({ y }) => y), ...(fromZero ? [0] : [])], chart.y.scale === "log", plot.height);
  const xs = categories
    ? undefined
    : scale(
        points.map(({ x }) => x as number),
        chart.x.scale === "log",
        plot.width,
      );
  const band = plot.width / Math.max(1, kinds.length);
  const px = (x: Value) => inset.left + (xs ? xs.at(x as number) : (kinds.indexOf(String(x)) + 0.5) * band);
  const py = (y: number) => inset.top + plot.height - ys.at(y);
  const parts: string[] = [];
  for (const tick of ys.ticks) {
    parts.push(`<line x1="${inset.left}" x2="${width - inset.right}" y1="${round(py(tick))}" y2="${round(py(tick))}" stroke="#dfe6e5"/>`);
    parts.push(text(inset.left - 6, py(tick) + 4, formatTick(tick), "end"));
  }
  const isTime = chart.x.scale === "time";
  if (xs)
    for (const tick of xs.ticks)
      parts.push(text(px(tick), height - inset.bottom + 16, isTime ? formatTime(tick, xs.span) : formatTick(tick), "middle"));
  else {
    const step = Math.ceil(kinds.length / 12);
    kinds.forEach((kind, index) => {
      if (index % step === 0)
        parts.push(text(px(kind), height - inset.bottom + 16, kind.length > 14 ? `${kind.slice(0, 13)}…` : kind, "middle"));
    });
  }
  parts.push(text(inset.left + plot.width / 2, height - 12, chart.x.title ?? chart.x.field, "middle"));
  parts.push(
    `<text transform="translate(14 ${inset.top + plot.height / 2}) rotate(-90)" text-anchor="middle" fill="${quiet}">${escapeHtml(chart.y.title ?? chart.y.field)}</text>`,
  );
  names.forEach((name, index) => {
    const colour = colours[index % colours.length]!;
    const own = points.filter(({ series }) => series === index);
    const sorted = xs ? own.toSorted((a, b) => (a.x as number) - (b.x as number)) : own;
    const path = sorted.map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${round(px(x))} ${round(py(y))}`).join("");
    if (chart.mark === "line") parts.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8"/>`);
    else if (chart.mark === "area" && sorted.length > 0) {
      const floor = round(py(0));
      parts.push(
        `<path d="${path}L${round(px(sorted.at(-1)!.x))} ${floor}L${round(px(sorted[0]!.x))} ${floor}Z" fill="${colour}" fill-opacity="0.25" stroke="${colour}"/>`,
      );
    } else if (chart.mark === "scatter") {
      for (const { x, y } of sorted)
        parts.push(`<circle cx="${round(px(x))}" cy="${round(py(y))}" r="3" fill="${colour}" fill-opacity="0.7"/>`);
    } else {
      const one = Math.min(60, (band * 0.8) / names.length);
      for (const { x, y } of sorted) {
        const left = px(x) - (one * names.length) / 2 + index * one;
        const [top, bottom] = [Math.min(py(y), py(0)), Math.max(py(y), py(0))];
        parts.push(`<rect x="${round(left)}" y="${round(top)}" width="${round(one)}" height="${round(bottom - top)}" fill="${colour}"/>`);
      }
    }
    if (names.length > 1 && index < 8) {
      const y = inset.top + 8 + index * 15;
      parts.push(
        `<rect x="${width - inset.right - 10}" y="${y - 8}" width="9" height="9" fill="${colour}"/>`,
        text(width - inset.right - 14, y, name, "end"),
      );
    }
  });
  return parts.join("");
}

function heatmap(chart: Chart, rows: Chart["rows"]): string {
  const columns = [...new Set(rows.map((row) => String(row[chart.x.field])))];
  const lines = [...new Set(rows.map((row) => String(row[chart.y.field])))];
  const values = rows.map((row) => toNumber(row[chart.value ?? "value"]) ?? NaN);
  const known = values.filter((value) => !Number.isNaN(value));
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const cell = { width: plot.width / Math.max(1, columns.length), height: plot.height / Math.max(1, lines.length) };
  const parts = rows.map((row, index) => {
    const value = values[index]!;
    if (Number.isNaN(value)) return "";
    const share = most > least ? (value / 2 - least / 2) / (most / 2 - least / 2) : 0.5;
    const x = inset.left + columns.indexOf(String(row[chart.x.field])) * cell.width;
    const y = inset.top + lines.indexOf(String(row[chart.y.field])) * cell.height;
    return `<rect x="${round(x)}" y="${round(y)}" width="${round(cell.width)}" height="${round(cell.height)}" fill="#0b6b66" fill-opacity="${round(0.08 + share * 0.92)}" stroke="#fff"/>${text(x + cell.width / 2, y + cell.height / 2 + 4, formatTick(value), "middle", share > 0.5 ? "#fff" : "#14201f")}`;
  });
  return [
    ...parts,
    ...columns.map((name, index) => text(inset.left + (index + 0.5) * cell.width, height - inset.bottom + 16, name, "middle")),
    ...lines.map((name, index) => text(inset.left - 6, inset.top + (index + 0.5) * cell.height + 4, name, "end")),
    text(inset.left + plot.width / 2, height - 12, chart.x.title ?? chart.x.field, "middle"),
  ].join("");
}

function scale(values: readonly number[], log: boolean, length: number) {
  const isLog = log && values.every((value) => value > 0);
  const to = (value: number) => (isLog ? Math.log10(value) : value);
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    least = Math.min(least, to(value));
    most = Math.max(most, to(value));
  }
  if (least === most) {
    const room = Math.max(1, Math.abs(least) * 1e-3);
    [least, most] = [least - room, most + room];
  }
  const ticks = niceTicks(least, most).map((tick) => (isLog ? 10 ** tick : tick));
  // Halved: the span of the largest numbers is none.
  const at = (value: number) => {
    const share = (to(value) / 2 - least / 2) / (most / 2 - least / 2);
    return (Number.isFinite(share) ? share : 0.5) * length;
  };
  return { at, ticks, span: most - least };
}

function niceTicks(least: number, most: number): number[] {
  const rough = (most - least) / 5;
  if (!Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const ticks: number[] = [];
  for (let tick = Math.ceil(least / step) * step; tick <= most + step * 1e-9 && ticks.length < 20; tick += step)
    ticks.push(Number(tick.toPrecision(12)));
  return ticks;
}

function seriesOf(chart: Chart, row: Chart["rows"][number]): string {
  return chart.series === undefined ? (chart.y.title ?? chart.y.field) : cellName(row[chart.series]);
}

function cellName(value: unknown): string {
  return value === null || value === undefined ? "–" : String(value as string);
}

function toNumber(value: unknown): number | undefined {
  const number = typeof value === "boolean" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function toX(value: unknown, kind: Chart["x"]["scale"]): Value | undefined {
  if (kind === "time" && typeof value === "string") {
    const time = Date.parse(value);
    return Number.isNaN(time) ? value : time;
  }
  return typeof value === "string" || (typeof value === "number" && Number.isFinite(value)) ? value : undefined;
}

function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(1).replace("e+", "e");
  return String(Number(value.toPrecision(4)));
}

function formatTime(time: number, span: number): string {
  if (Math.abs(time) > 8.64e15) return formatTick(time);
  const iso = new Date(time).toISOString();
  return span > 2 * 86_400_000 ? iso.slice(0, 10) : iso.slice(11, 16);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function text(x: number, y: number, words: string, anchor: string, colour = quiet, size = 11): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${colour}" font-size="${size}">${escapeHtml(words)}</text>`;
}
