/**
 * What a page costs its main thread while something goes on, read from Chromium's own trace: the time between frames, and the
 * CPU time that went into each, which a busy machine disturbs less. Neighbour: runpage.ts.
 */
import type { Browser, Page } from "@playwright/test";

export interface Frames {
  /** The 99th of 100, in milliseconds. */
  readonly between: number;
  readonly cpu: number;
  /** The longest single task of the main thread, and its CPU time. */
  readonly longest: number;
  readonly longestCpu: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

const categories = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"];

/** Traces the page, which must be in front, while `work` goes on. */
export async function traceFrames(browser: Browser, page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await browser.startTracing(page, { categories });
  const failure = await work().then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const trace = await browser.stopTracing();
  if (failure) throw failure.error;
  return read((JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }).traceEvents);
}

function read(events: readonly TraceEvent[]): Frames {
  const drawn = events.filter(({ name }) => name === "FireAnimationFrame");
  const threads = new Map<string, number>();
  for (const event of drawn) threads.set(threadOf(event), (threads.get(threadOf(event)) ?? 0) + 1);
  // The page in front is the one whose frames are drawn.
  const main = [...threads].sort((a, b) => b[1] - a[1])[0]?.[0];
  const begins = drawn.filter((event) => threadOf(event) === main).map(({ ts }) => ts);
  begins.sort((a, b) => a - b);
  const tasks = events.filter((event) => event.name === "RunTask" && event.ph === "X" && threadOf(event) === main);
  tasks.sort((a, b) => a.ts - b.ts);

  const frames: number[] = [];
  const cpu: number[] = [];
  let spent = 0;
  let next = 0;
  for (const task of tasks) {
    if (next < begins.length && begins[next]! < task.ts + (task.dur ?? 0)) {
      // This task draws: what was done since the one before went into this frame.
      while (next < begins.length && begins[next]! < task.ts + (task.dur ?? 0)) next++;
      frames.push(task.ts);
      cpu.push(spent + (task.tdur ?? task.dur ?? 0));
      spent = 0;
    } else spent += task.tdur ?? task.dur ?? 0;
  }
  return {
    between: percentile(
      frames.slice(1).map((ts, n) => ts - frames[n]!),
      0.99,
    ),
    cpu: percentile(cpu, 0.99),
    longest: percentile(
      tasks.map(({ dur }) => dur ?? 0),
      1,
    ),
    longestCpu: percentile(
      tasks.map(({ dur, tdur }) => tdur ?? dur ?? 0),
      1,
    ),
  };
}

const threadOf = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;

/** Microseconds in, milliseconds out. */
function percentile(all: readonly number[], share: number): number {
  const sorted = all.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) / 100) / 10;
}
