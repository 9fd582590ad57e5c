"use client";
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { useMemo } from "react";
import { formatNumber } from "../_ui/format-number";
import { formatExact } from "../_ui/format-time";
import styles from "./displays.module.css";
import { prepareChart, type ChartDescription, type PreparedChart } from "./prepare-chart";

/** Lines, bars, dots or areas over two axes. Loaded by chart-figure.tsx only. */
export function ChartDisplay({
  chart,
  mark,
}: {
  readonly chart: ChartDescription;
  readonly mark: Exclude<ChartDescription["mark"], "heatmap">;
}) {
  const prepared = useMemo(() => prepareChart(chart), [chart]);
  const isTime = chart.x.scale === "time" && prepared.xIsNumber;
  const nameX = (value: unknown) =>
    isTime ? new Date(Number(value)).toLocaleDateString() : typeof value === "number" ? formatNumber(value) : String(value);
  const axes = (
    <>
      <CartesianGrid stroke="var(--line)" vertical={false} />
      <XAxis
        dataKey="x"
        type={prepared.xIsNumber ? "number" : "category"}
        {...(prepared.xIsNumber
          ? {
              domain: mark === "scatter" ? (["auto", "auto"] as const) : (["dataMin", "dataMax"] as const),
              scale: chart.x.scale === "log" ? ("log" as const) : ("linear" as const),
            }
          : {})}
        {...(mark === "bar" && prepared.xIsNumber ? { padding: { left: 24, right: 24 } } : {})}
        {...(!prepared.xIsNumber && prepared.rows.length <= 10 ? { interval: 0 as const } : {})}
        allowDuplicatedCategory={false}
        tickFormatter={nameX}
        stroke="var(--line-strong)"
        tickLine={false}
        height={44}
        label={{ value: chart.x.title ?? chart.x.field, position: "insideBottom", offset: 4 }}
      />
      <YAxis
        {...(chart.y.scale === "log"
          ? { scale: "log" as const, domain: ["auto", "auto"] as const, allowDataOverflow: true }
          : mark === "bar" || mark === "area"
            ? {}
            : { domain: ["auto", "auto"] as const })}
        type="number"
        tickFormatter={(value: number) => formatNumber(value, 3)}
        stroke="var(--line-strong)"
        tickLine={false}
        axisLine={false}
        width={64}
        label={{ value: chart.y.title ?? chart.y.field, angle: -90, position: "insideLeft", style: { textAnchor: "middle" } }}
      />
      <Tooltip
        isAnimationActive={false}
        contentStyle={{
          border: "1px solid var(--line-strong)",
          borderRadius: 6,
          background: "var(--raised)",
          fontSize: 12,
          padding: "6px 10px",
        }}
        itemStyle={{ padding: 0 }}
        labelFormatter={(label) => (isTime ? formatExact(new Date(Number(label))) : `${chart.x.title ?? chart.x.field} ${nameX(label)}`)}
        formatter={(value) => (typeof value === "number" ? formatNumber(value, 5) : String(value))}
      />
      {prepared.series.length > 1 && <Legend verticalAlign="top" align="left" iconSize={10} height={28} />}
    </>
  );
  return (
    <div className={styles.chart}>
      <ResponsiveContainer width="100%" height="100%">
        {drawMark(mark, prepared, axes, chart)}
      </ResponsiveContainer>
    </div>
  );
}

function drawMark(
  mark: Exclude<ChartDescription["mark"], "heatmap">,
  { rows, series }: PreparedChart,
  axes: React.ReactNode,
  chart: ChartDescription,
) {
  const margin = { top: 8, right: 16, bottom: 0, left: 0 };
  const data = rows as Record<string, unknown>[];
  const dots = rows.length <= 40;
  switch (mark) {
    case "line":
      return (
        <LineChart data={data} margin={margin}>
          {axes}
          {series.map(({ name, colour }, index) => (
            <Line
              key={name}
              dataKey={`s${index}`}
              name={name}
              stroke={colour}
              strokeWidth={1.75}
              dot={dots && rows.length <= 12 ? { r: 2.5 } : false}
              connectNulls
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      );
    case "area":
      return (
        <AreaChart data={data} margin={margin}>
          {axes}
          {series.map(({ name, colour }, index) => (
            <Area
              key={name}
              dataKey={`s${index}`}
              name={name}
              stroke={colour}
              fill={colour}
              fillOpacity={0.16}
              connectNulls
              isAnimationActive={false}
            />
          ))}
        </AreaChart>
      );
    case "bar":
      return (
        <BarChart data={data} margin={margin}>
          {axes}
          {series.map(({ name, colour }, index) => (
            <Bar
              key={name}
              dataKey={`s${index}`}
              name={name}
              fill={colour}
              maxBarSize={48}
              radius={[2, 2, 0, 0]}
              isAnimationActive={false}
            />
          ))}
        </BarChart>
      );
    case "scatter":
      return (
        <ScatterChart margin={margin}>
          {axes}
          {series.map(({ name, colour }, index) => (
            <Scatter
              key={name}
              name={name}
              data={data
                .filter((row) => row[`s${index}`] !== undefined)
                .map((row) => ({ x: row["x"], [chart.y.title ?? chart.y.field]: row[`s${index}`] }))}
              dataKey={chart.y.title ?? chart.y.field}
              fill={colour}
              fillOpacity={0.65}
              isAnimationActive={false}
            />
          ))}
        </ScatterChart>
      );
    default:
      return mark satisfies never;
  }
}
