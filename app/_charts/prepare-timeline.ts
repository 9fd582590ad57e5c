/** Decides the bars of a Gantt chart: when each attempt waited and ran, as shares of the time shown. */
import { relativeTicks, type Tick } from "./axis";

export interface Span {
  readonly queuedAt?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
}

export interface TimelineScale {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Ticks count from the start of the run. */
  readonly ticks: readonly Tick[];
}

export interface TimelineBar {
  /** Shares of the width, 0 to 1. */
  readonly left: number;
  readonly width: number;
  /** Share of the width spent waiting before it ran, directly left of the bar. */
  readonly waited: number;
}

/** From the start of the run to its end; to `now` while it runs. */
export function timelineScale(start: string | undefined, spans: readonly Span[], now: number | undefined, mostTicks = 6): TimelineScale {
  let from = start === undefined ? Infinity : Date.parse(start);
  let to = now ?? -Infinity;
  for (const span of spans) {
    const first = span.queuedAt ?? span.startedAt;
    if (first !== undefined) from = Math.min(from, Date.parse(first));
    const last = span.finishedAt ?? span.startedAt;
    if (last !== undefined) to = Math.max(to, Date.parse(last));
  }
  if (!Number.isFinite(from)) from = now ?? 0;
  if (!(to > from)) to = from + 1;
  return { from, to, ticks: relativeTicks([0, to - from], mostTicks) };
}

/** Undefined for what has not begun. A span without an end runs until `now`. */
export function timelineBar(span: Span, scale: TimelineScale, now: number | undefined): TimelineBar | undefined {
  const begin = span.startedAt ?? span.queuedAt ?? span.finishedAt;
  if (begin === undefined) return undefined;
  const length = scale.to - scale.from;
  const share = (time: number) => Math.min(1, Math.max(0, (time - scale.from) / length));
  const started = Date.parse(begin);
  const ended = span.finishedAt === undefined ? (span.startedAt === undefined ? started : (now ?? started)) : Date.parse(span.finishedAt);
  const queued = span.queuedAt === undefined ? started : Date.parse(span.queuedAt);
  const waitingNow = span.startedAt === undefined && span.finishedAt === undefined && now !== undefined;
  const left = share(waitingNow ? now : started);
  return { left, width: Math.max(0, share(ended) - left), waited: Math.max(0, left - share(queued)) };
}

/** A fan-out as one bar: from its first element's beginning to its last one's end. */
export function envelope(spans: readonly Span[]): Span {
  const times = (pick: (span: Span) => string | undefined) => spans.flatMap((span) => pick(span) ?? []).sort();
  const started = times((span) => span.startedAt);
  const finished = times((span) => span.finishedAt);
  const unfinished = spans.some((span) => span.startedAt !== undefined && span.finishedAt === undefined);
  return {
    queuedAt: times((span) => span.queuedAt)[0],
    startedAt: started[0],
    finishedAt: unfinished ? undefined : finished.at(-1),
  };
}
