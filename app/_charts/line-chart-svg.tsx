"use client";
/** Draws a LineModel in SVG, for up to a few thousand points. Decides nothing. */
import { memo, useEffect, useRef } from "react";
import { Area, ComposedChart, Line } from "recharts";
import { useHoveredRun } from "./linked-hover";
import { NumberAxes } from "./number-axes";
import type { PlotArea } from "./plot-area";
import type { LineModel } from "./prepare-lines";
import { cssColour } from "./run-colour";

export interface PainterProps {
  readonly model: LineModel;
  readonly area: PlotArea;
}

export function LineChartSvg(props: PainterProps) {
  const root = useRef<HTMLDivElement>(null);
  const run = useHoveredRun();
  useEffect(() => {
    // Fading by hand: drawing all lines anew for every run the pointer crosses would stutter.
    props.model.lines.forEach((line, i) => {
      for (const layer of root.current?.querySelectorAll<SVGElement>(`.line-${i}`) ?? []) {
        layer.style.opacity = run === undefined || run === line.runId ? "" : "0.15";
      }
    });
  }, [run, props]);
  return (
    <div ref={root} aria-hidden>
      <Picture {...props} />
    </div>
  );
}

const Picture = memo(function Picture({ model, area }: PainterProps) {
  return (
    <ComposedChart
      width={area.width}
      height={area.height}
      margin={{ top: area.top, right: area.right, bottom: 0, left: 0 }}
      accessibilityLayer={false}
    >
      <NumberAxes model={model} area={area} />
      {model.lines.map(
        (line, i) =>
          line.band && (
            <Area
              key={`band ${line.id}`}
              className={`line-${i}`}
              data={line.x.map((x, at) => ({ x, band: [line.band!.low[at], line.band!.high[at]] }))}
              dataKey="band"
              type="linear"
              fill={cssColour(line.style.colour)}
              fillOpacity={0.16}
              stroke={cssColour(line.style.colour)}
              strokeOpacity={0.3}
              strokeWidth={0.75}
              activeDot={false}
              isAnimationActive={false}
            />
          ),
      )}
      {model.lines.map(
        (line, i) =>
          line.raw && (
            <Line
              key={`raw ${line.id}`}
              className={`line-${i}`}
              data={line.x.map((x, at) => ({ x, y: line.raw![at] }))}
              dataKey="y"
              type="linear"
              stroke={cssColour(line.style.colour)}
              strokeOpacity={0.3}
              strokeWidth={1}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
            />
          ),
      )}
      {model.lines.map((line, i) => (
        <Line
          key={line.id}
          className={`line-${i}`}
          data={line.x.map((x, at) => ({ x, y: line.y[at] }))}
          dataKey="y"
          type="linear"
          stroke={cssColour(line.style.colour)}
          strokeWidth={line.thin ? 1 : 1.75}
          strokeDasharray={line.style.dash.join(" ")}
          // A single point has no line to be seen by.
          dot={line.x.length < 2 ? { r: 3, fill: cssColour(line.style.colour), strokeDasharray: "" } : false}
          activeDot={false}
          isAnimationActive={false}
        />
      ))}
    </ComposedChart>
  );
});
