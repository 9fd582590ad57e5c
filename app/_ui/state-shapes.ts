/**
 * The shape of each state in a 16 × 16 box, as SVG paths: one source for the icon, the graph and the favicon.
 * A filled shape has `fill`; all others are strokes of 1.75.
 */
import type { State } from "./state-words";

export interface Shape {
  readonly d: string;
  readonly fill?: boolean;
  readonly dashed?: boolean;
}

const circle = "M8 1.9a6.1 6.1 0 1 0 0 12.2a6.1 6.1 0 1 0 0-12.2z";

export const stateShapes: Record<State, readonly Shape[]> = {
  blocked: [{ d: circle, dashed: true }],
  queued: [{ d: circle }],
  launching: [{ d: "M8 1.9a6.1 6.1 0 0 1 6.1 6.1" }],
  running: [{ d: "M8 1.9a6.1 6.1 0 1 1-6.1 6.1" }],
  waiting: [{ d: "M5.5 3.2v9.6M10.5 3.2v9.6" }],
  succeeded: [{ d: "M2.6 8.6l3.5 3.6l7.3-8.2" }],
  cached: [{ d: "M1.4 8.2l2.8 3l3.4-4.2" }, { d: "M12.4 1.2L8 8.6h2.9l-1.2 6.2l5-8h-3.1z", fill: true }],
  failed: [{ d: "M3.4 3.4l9.2 9.2M12.6 3.4l-9.2 9.2" }],
  lost: [{ d: "M3.4 3.4l9.2 9.2M12.6 3.4l-9.2 9.2" }],
  skipped: [{ d: "M3 8h10" }],
  cancelled: [{ d: "M4 4h8v8H4z", fill: true }],
};
