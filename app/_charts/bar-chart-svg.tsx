"use client";
/** Draws a BarModel. Decides nothing. */
import { useEffect, useRef } from "react";
import { Bar, BarChart, CartesianGrid, LabelList, XAxis, YAxis } from "recharts";
import { formatNumber } from "../_ui/format-number";
import { useHoveredRun, useHoverStore } from "./linked-hover";
import type { BarModel } from "./prepare-bars";
import { cssColour } from "./run-colour";

export const barHeight = 26;

export function BarChartSvg({ model, width }: { readonly model: BarModel; readonly width: number }) {
  const store = useHoverStore();
  const run = useHoveredRun();
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    root.current?.querySelectorAll<SVGElement>(".recharts-bar-rectangle").forEach((bar, i) => {
      bar.style.opacity = run === undefined || model.bars[i]?.runId === run ? "" : "0.25";
    });
  }, [run, model]);
  const labels = new Map(model.ticks.map((tick) => [tick.value, tick.label]));
  const data = model.bars.map((bar) => ({
    ...bar,
    fill: cssColour(bar.colour),
    words: `${formatNumber(bar.value)}${bar.best ? "  best" : ""}`,
  }));
  return (
    <div ref={root} aria-hidden onPointerLeave={() => store.clear()}>
      <BarChart
        width={width}
        height={model.bars.length * barHeight + 28}
        layout="vertical"
        data={data}
        margin={{ top: 2, right: 84, bottom: 0, left: 0 }}
        barCategoryGap={4}
        accessibilityLayer={false}
      >
        <CartesianGrid horizontal={false} stroke="var(--line)" />
        <XAxis
          type="number"
          height={24}
          domain={[...model.domain]}
          ticks={model.ticks.map((tick) => tick.value)}
          tickFormatter={(value: number) => labels.get(value) ?? ""}
          tick={{ fill: "var(--text-quiet)", fontSize: 12 }}
          stroke="var(--line-strong)"
          tickLine={false}
        />
        <YAxis
          type="category"
          dataKey="label"
          width={52}
          tick={{ fill: "var(--text)", fontSize: 12 }}
          axisLine={false}
          tickLine={false}
          interval={0}
        />
        <Bar
          dataKey="value"
          isAnimationActive={false}
          radius={2}
          onMouseEnter={(_, index) => store.set({ runId: model.bars[index]?.runId, x: undefined, chart: undefined })}
        >
          <LabelList dataKey="words" position="right" fill="var(--text)" fontSize={12} />
        </Bar>
      </BarChart>
    </div>
  );
}
