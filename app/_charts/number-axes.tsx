"use client";
import { CartesianGrid, XAxis, YAxis } from "recharts";
import type { Domain, Tick } from "./axis";
import type { PlotArea } from "./plot-area";

interface Axes {
  readonly x: Domain;
  readonly y: Domain;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly logX?: boolean;
  readonly logY?: boolean;
}

const tickStyle = { fill: "var(--text-quiet)", fontSize: 12 };

/** Two axes of numbers and the quiet lines behind, where the model says; for any chart of recharts. */
export function NumberAxes({ model, area }: { readonly model: Axes; readonly area: PlotArea }) {
  const words = (ticks: readonly Tick[]) => {
    const labels = new Map(ticks.map((tick) => [tick.value, tick.label]));
    return { ticks: ticks.map((tick) => tick.value), tickFormatter: (value: number) => labels.get(value) ?? "" };
  };
  return (
    <>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        type="number"
        dataKey="x"
        height={area.bottom}
        domain={[...model.x]}
        scale={model.logX ? "log" : "linear"}
        allowDataOverflow
        {...words(model.xTicks)}
        interval="preserveStartEnd"
        stroke="var(--line-strong)"
        tick={tickStyle}
        tickLine={false}
      />
      <YAxis
        type="number"
        dataKey="y"
        width={area.left}
        domain={[...model.y]}
        scale={model.logY ? "log" : "linear"}
        allowDataOverflow
        {...words(model.yTicks)}
        axisLine={false}
        tick={tickStyle}
        tickLine={false}
        interval={0}
      />
    </>
  );
}
