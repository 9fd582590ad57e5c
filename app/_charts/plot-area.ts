/** Where a chart's lines stand inside its picture: the same for SVG, canvas and the hover layer above them. */
import type { Domain } from "./axis";

export interface PlotArea {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function plotArea(width: number, height: number): PlotArea {
  return { width, height, left: 48, right: 12, top: 10, bottom: 24 };
}

export const plotWidth = (area: PlotArea) => Math.max(1, area.width - area.left - area.right);
export const plotHeight = (area: PlotArea) => Math.max(1, area.height - area.top - area.bottom);

export function toPixelX(area: PlotArea, [from, to]: Domain, x: number): number {
  return area.left + ((x - from) / (to - from)) * plotWidth(area);
}

export function fromPixelX(area: PlotArea, [from, to]: Domain, pixel: number): number {
  const share = Math.min(1, Math.max(0, (pixel - area.left) / plotWidth(area)));
  return from + share * (to - from);
}

export function toPixelY(area: PlotArea, [from, to]: Domain, y: number, log: boolean): number {
  const share = log ? Math.log(y / from) / Math.log(to / from) : (y - from) / (to - from);
  return area.top + (1 - share) * plotHeight(area);
}
