"use client";
/**
 * What moves above the lines: crosshair, dots, the card with every line's value, the marks on the edge, the zoom by
 * dragging. The same for SVG and canvas. Also the chart's keyboard: arrows go from point to point.
 */
import { useId, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { classNames } from "../_ui/class-names";
import styles from "./chart.module.css";
import { EdgeMarks } from "./edge-marks";
import { HoverCard, readingText } from "./hover-card";
import { useHover, useHoverStore } from "./linked-hover";
import { fromPixelX, toPixelX, toPixelY, type PlotArea } from "./plot-area";
import type { Domain } from "./axis";
import type { LineModel } from "./prepare-lines";
import { readLines, stepX, type Reading } from "./read-lines";
import { cssColour } from "./run-colour";

export function HoverLayer({
  title,
  model,
  area,
  onZoom,
}: {
  readonly title: string;
  readonly model: LineModel;
  readonly area: PlotArea;
  readonly onZoom?: ((range: Domain | undefined) => void) | undefined;
}) {
  const chart = useId();
  const store = useHoverStore();
  const hover = useHover();
  const layer = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | undefined>(undefined);
  const [focused, setFocused] = useState(false);
  const own = hover.chart === chart;
  const inside = hover.x !== undefined && hover.x >= model.x[0] && hover.x <= model.x[1];
  const readings = inside ? readLines(model, hover.x) : [];
  const at = inside ? toPixelX(area, model.x, hover.x) : 0;

  const pixel = (event: PointerEvent) => event.clientX - layer.current!.getBoundingClientRect().left;

  const onPointerMove = (event: PointerEvent) => {
    const x = fromPixelX(area, model.x, pixel(event));
    const y = event.clientY - layer.current!.getBoundingClientRect().top;
    if (drag) setDrag({ ...drag, to: x });
    store.set({ chart, x, runId: runUnder(readLines(model, x), model, area, y) });
  };
  const onPointerUp = () => {
    if (drag && onZoom && Math.abs(toPixelX(area, model.x, drag.to) - toPixelX(area, model.x, drag.from)) > 6) {
      onZoom(drag.from < drag.to ? [drag.from, drag.to] : [drag.to, drag.from]);
    }
    setDrag(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move: Record<string, () => number | undefined> = {
      ArrowRight: () => stepX(model, own ? hover.x : undefined, 1),
      ArrowLeft: () => stepX(model, own ? hover.x : undefined, -1),
      Home: () => stepX(model, undefined, 1),
      End: () => stepX(model, undefined, -1),
    };
    if (event.key === "Escape") {
      store.clear();
      if (model.x && onZoom) onZoom(undefined);
      return;
    }
    const next = move[event.key]?.();
    if (next === undefined) return;
    event.preventDefault();
    store.set({ chart, x: next, runId: undefined });
  };

  return (
    <div
      ref={layer}
      className={classNames(styles.layer, onZoom && styles.zoomable)}
      tabIndex={0}
      role="group"
      aria-roledescription="line chart"
      aria-label={`${title}, ${model.lines.length} ${model.lines.length === 1 ? "line" : "lines"}. Arrow keys read the values.`}
      onPointerMove={onPointerMove}
      onPointerDown={(event) => {
        if (event.button !== 0 || !onZoom || event.pointerType === "touch") return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const x = fromPixelX(area, model.x, pixel(event));
        setDrag({ from: x, to: x });
      }}
      onPointerUp={onPointerUp}
      onPointerLeave={() => store.clear()}
      onDoubleClick={() => onZoom?.(undefined)}
      onKeyDown={onKeyDown}
      onFocus={() => setFocused(true)}
      onBlur={() => {
        setFocused(false);
        if (own) store.clear();
      }}
    >
      <svg className={styles.overlay} width={area.width} height={area.height} aria-hidden>
        <EdgeMarks model={model} area={area} />
        {drag && (
          <rect
            className={styles.selection}
            x={Math.min(toPixelX(area, model.x, drag.from), toPixelX(area, model.x, drag.to))}
            width={Math.abs(toPixelX(area, model.x, drag.to) - toPixelX(area, model.x, drag.from))}
            y={area.top}
            height={area.height - area.top - area.bottom}
          />
        )}
        {inside && <line className={styles.crosshair} x1={at} x2={at} y1={area.top} y2={area.height - area.bottom} />}
        {readings.map(
          (reading) =>
            reading.y !== null &&
            (hover.runId === undefined || hover.runId === reading.line.runId) && (
              <circle
                key={reading.line.id}
                className={styles.dot}
                cx={toPixelX(area, model.x, reading.x)}
                cy={toPixelY(area, model.y, reading.y, model.logY)}
                r={3.5}
                fill={cssColour(reading.line.style.colour)}
              />
            ),
        )}
      </svg>
      {own && readings.length > 0 && !drag && (
        <HoverCard model={model} readings={readings} x={hover.x!} at={at} width={area.width} runId={hover.runId} />
      )}
      <p className="sr-only" aria-live="polite">
        {own && focused ? readingText(model, readings, hover.x) : ""}
      </p>
    </div>
  );
}

/** The run of the line nearest to the pointer, if one is near at all. */
function runUnder(readings: readonly Reading[], model: LineModel, area: PlotArea, pointer: number): string | undefined {
  let best: { readonly runId: string; readonly distance: number } | undefined;
  for (const reading of readings) {
    if (reading.y === null) continue;
    const distance = Math.abs(toPixelY(area, model.y, reading.y, model.logY) - pointer);
    if (distance < 16 && (best === undefined || distance < best.distance)) best = { runId: reading.line.runId, distance };
  }
  // With one run there is nothing to tell apart.
  return new Set(model.lines.map((line) => line.runId)).size > 1 ? best?.runId : undefined;
}
