"use client";
/** Draws a LineModel on a canvas, however many points it has. Decides nothing. */
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { alignLines } from "./align-lines";
import { useHoveredRun } from "./linked-hover";
import type { PainterProps } from "./line-chart-svg";
import type { PlotArea } from "./plot-area";
import type { LineModel } from "./prepare-lines";
import { colourToken } from "./run-colour";
import { useThemeChange } from "./use-theme-change";

export function LineChartCanvas({ model, area }: PainterProps) {
  const root = useRef<HTMLDivElement>(null);
  const plot = useRef<{ readonly chart: uPlot; readonly runs: readonly (string | undefined)[] } | undefined>(undefined);
  const theme = useThemeChange();
  const picture = useMemo(() => layOut(model), [model]);
  const run = useHoveredRun();
  useEffect(() => {
    const paint = resolver(root.current!);
    const chart = new uPlot(options(model, area, picture, paint), picture.data, root.current!);
    plot.current = { chart, runs: picture.series.map((series) => series.runId) };
    return () => {
      chart.destroy();
      plot.current = undefined;
    };
  }, [model, area, picture, theme]);
  useEffect(() => {
    if (!plot.current) return;
    const { chart, runs } = plot.current;
    chart.series.forEach((series, i) => {
      if (i > 0) series.alpha = run === undefined || runs[i - 1] === run ? 1 : 0.15;
    });
    chart.redraw(false);
  }, [run, picture, area, theme]);
  return <div ref={root} aria-hidden style={{ height: area.height }} />;
}

interface DrawnSeries {
  readonly runId: string;
  readonly colour: number;
  readonly alpha: number;
  readonly width: number;
  readonly dash: readonly number[];
  readonly points: boolean;
}

interface Layout {
  readonly data: uPlot.AlignedData;
  readonly series: readonly DrawnSeries[];
  readonly bands: readonly { readonly high: number; readonly low: number; readonly colour: number }[];
}

/** Bands lie under faint lines, those under the lines themselves. */
function layOut(model: LineModel): Layout {
  const aligned = alignLines(model);
  const data: (number | null | undefined)[][] = [aligned.x];
  const series: DrawnSeries[] = [];
  const bands: { high: number; low: number; colour: number }[] = [];
  const add = (column: (number | null | undefined)[], drawn: DrawnSeries) => {
    data.push(column);
    series.push(drawn);
  };
  model.lines.forEach((line, i) => {
    const { low, high } = aligned.columns[i]!;
    if (!low || !high) return;
    const edge = { runId: line.runId, colour: line.style.colour, alpha: 0.3, width: 0.75, dash: [], points: false };
    add(high, edge);
    add(low, edge);
    bands.push({ high: series.length - 1, low: series.length, colour: line.style.colour });
  });
  model.lines.forEach((line, i) => {
    const { raw } = aligned.columns[i]!;
    if (raw) add(raw, { runId: line.runId, colour: line.style.colour, alpha: 0.3, width: 1, dash: [], points: false });
  });
  model.lines.forEach((line, i) => {
    add(aligned.columns[i]!.y, {
      runId: line.runId,
      colour: line.style.colour,
      alpha: 1,
      width: line.thin ? 1 : 1.75,
      dash: line.style.dash,
      points: line.x.length < 2,
    });
  });
  return { data: data as uPlot.AlignedData, series, bands };
}

type Paint = (token: string, alpha?: number) => string;

/** Canvas knows no custom properties: an element is painted with them and asked. */
function resolver(root: HTMLElement): Paint {
  const style = getComputedStyle(root);
  const before = root.style.color;
  const resolved = (token: string) => {
    root.style.color = `var(${token})`;
    const colour = style.color;
    root.style.color = before;
    return colour;
  };
  return (token, alpha = 1) => {
    const colour = resolved(token);
    return alpha === 1 ? colour : colour.replace(/^rgb\((.*)\)$/, (_, channels: string) => `rgba(${channels}, ${alpha})`);
  };
}

function options(model: LineModel, area: PlotArea, picture: Layout, paint: Paint): uPlot.Options {
  const quiet = paint("--text-quiet");
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return {
    width: area.width,
    height: area.height,
    padding: [area.top, area.right, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: false, range: [...model.x] },
      y: { range: [...model.y], distr: model.logY ? 3 : 1 },
    },
    axes: [
      {
        size: area.bottom,
        stroke: quiet,
        font,
        gap: 4,
        grid: { show: false },
        ticks: { show: false },
        border: { show: true, stroke: paint("--line-strong"), width: 1 },
        splits: () => model.xTicks.map((tick) => tick.value),
        values: () => model.xTicks.map((tick) => tick.label),
      },
      {
        size: area.left,
        stroke: quiet,
        font,
        gap: 6,
        grid: { stroke: paint("--line"), width: 1 },
        ticks: { show: false },
        splits: () => model.yTicks.map((tick) => tick.value),
        values: () => model.yTicks.map((tick) => tick.label),
        filter: (_, splits) => splits,
      },
    ],
    series: [
      {},
      ...picture.series.map((series) => ({
        stroke: paint(colourToken(series.colour), series.alpha),
        width: series.width,
        dash: [...series.dash],
        points: { show: series.points, size: 6, fill: paint(colourToken(series.colour)) },
      })),
    ],
    bands: picture.bands.map((band) => ({ series: [band.high, band.low], fill: paint(colourToken(band.colour), 0.16) })),
  };
}
