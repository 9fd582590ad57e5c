"use client";
/** Draws a ScatterModel. Decides nothing. */
import { ReferenceLine, Scatter, ScatterChart } from "recharts";
import { useHoveredRun, useHoverStore } from "./linked-hover";
import { NumberAxes } from "./number-axes";
import type { PlotArea } from "./plot-area";
import type { Dot, ScatterModel } from "./prepare-scatter";
import { cssColour } from "./run-colour";

export function ScatterChartSvg({ model, area }: { readonly model: ScatterModel; readonly area: PlotArea }) {
  const store = useHoverStore();
  const run = useHoveredRun();
  const drawDot = ({ cx, cy, payload }: { cx?: number; cy?: number; payload?: Dot }) => (
    <circle
      cx={cx}
      cy={cy}
      r={payload?.runId === run ? 7 : 5}
      fill={cssColour(payload?.colour ?? 0)}
      stroke="var(--surface)"
      strokeWidth={1.5}
      opacity={run === undefined || payload?.runId === run ? 1 : 0.25}
      onPointerEnter={() => store.set({ runId: payload?.runId, x: undefined, chart: undefined })}
    />
  );
  return (
    <div aria-hidden onPointerLeave={() => store.clear()}>
      <ScatterChart
        width={area.width}
        height={area.height}
        margin={{ top: area.top, right: area.right, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <NumberAxes model={model} area={area} />
        {model.trend && (
          <ReferenceLine
            segment={[
              { x: model.trend.from[0], y: model.trend.from[1] },
              { x: model.trend.to[0], y: model.trend.to[1] },
            ]}
            stroke="var(--control)"
            strokeDasharray="4 4"
            ifOverflow="hidden"
          />
        )}
        <Scatter data={[...model.dots]} shape={drawDot as never} isAnimationActive={false} />
      </ScatterChart>
    </div>
  );
}
