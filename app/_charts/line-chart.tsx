"use client";
/**
 * One metric as lines. Takes a LineModel (prepare-lines.ts) and draws it: the painter for its size, the layer that
 * moves, legend, table. Neighbours: chart-frame.tsx (title and states), hover-layer.tsx, lines-table.tsx.
 */
import { Maximize2, Minimize2, Table2, ZoomOut } from "lucide-react";
import dynamic from "next/dynamic";
import { useMemo, useState } from "react";
import { IconButton } from "../_ui/button";
import type { Domain } from "./axis";
import { ChartFrame } from "./chart-frame";
import styles from "./chart.module.css";
import { HoverLayer } from "./hover-layer";
import { Legend } from "./legend";
import { LinesTable } from "./lines-table";
import { plotArea } from "./plot-area";
import type { LineModel } from "./prepare-lines";
import { useWidth } from "./use-width";

const Svg = dynamic(() => import("./line-chart-svg").then((module) => module.LineChartSvg), { ssr: false });
const Canvas = dynamic(() => import("./line-chart-canvas").then((module) => module.LineChartCanvas), { ssr: false });

export const lineChartHeight = 220;

export function LineChart({
  title,
  model,
  loading = false,
  legend = "shown",
  wide,
  onWiden,
  onToggle,
  onZoom,
  zoomed,
}: {
  readonly title: string;
  readonly model: LineModel;
  readonly loading?: boolean;
  /** "elsewhere": a list beside the charts names the lines. */
  readonly legend?: "shown" | "elsewhere";
  readonly wide?: boolean;
  readonly onWiden?: () => void;
  readonly onToggle?: ((id: string) => void) | undefined;
  readonly onZoom?: ((range: Domain | undefined) => void) | undefined;
  readonly zoomed?: boolean;
}) {
  const [ref, width] = useWidth();
  const [asTable, setAsTable] = useState(false);
  const height = wide ? 380 : lineChartHeight;
  const area = useMemo(() => plotArea(width, height), [width, height]);
  const Painter = model.renderer === "svg" ? Svg : Canvas;
  const empty = model.lines.length === 0;
  const showLegend = legend === "shown" && model.legend.length > 1;
  return (
    <ChartFrame
      title={title}
      actions={
        <>
          {zoomed && onZoom && (
            <IconButton small label="Show all of it" onClick={() => onZoom(undefined)}>
              <ZoomOut size={14} />
            </IconButton>
          )}
          <IconButton
            small
            label={asTable ? "Show as lines" : "Show as a table"}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            <Table2 size={14} />
          </IconButton>
          {onWiden && (
            <IconButton small label={wide ? "Make smaller" : "Make larger"} onClick={onWiden}>
              {wide ? <Minimize2 size={14} /> : <Maximize2 size={14} />}
            </IconButton>
          )}
        </>
      }
    >
      <div ref={ref} className={styles.picture} style={{ height }} data-renderer={model.renderer}>
        {loading && empty ? (
          <div className={styles.loading} role="status" aria-label={`Loading ${title}`} />
        ) : empty ? (
          <p className={styles.nothing}>{model.legend.length > 0 ? "All its lines are hidden." : "No points yet."}</p>
        ) : asTable ? (
          <LinesTable title={title} model={model} />
        ) : (
          width > 0 && (
            <>
              <Painter model={model} area={area} />
              <HoverLayer title={title} model={model} area={area} onZoom={onZoom} />
            </>
          )
        )}
      </div>
      {showLegend && <Legend entries={model.legend} onToggle={onToggle} />}
    </ChartFrame>
  );
}
