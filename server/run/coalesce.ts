/** News of the hub for one reader: gathered while the reader is busy, handed over ten times a second at most. */
import type { RunHub, RunNews } from "./run-hub";

export interface CoalesceOptions {
  readonly hub: RunHub;
  readonly signal: AbortSignal | undefined;
  wants(news: RunNews): boolean;
  /** Gives an empty batch after so long without news: what another process did is found by looking. */
  readonly netMs?: number;
  /** At least so long between two batches; 100 when left out. */
  readonly betweenMs?: number;
}

/** The first batch comes at once and may be empty: what changed before the reader began to listen. */
export async function* coalesce({ hub, signal, wants, netMs = 5000, betweenMs = 100 }: CoalesceOptions): AsyncGenerator<RunNews[]> {
  let waiting: RunNews[] = [];
  let wake: (() => void) | undefined;
  const unsubscribe = hub.subscribe((news) => {
    if (!wants(news)) return;
    waiting.push(news);
    wake?.();
  });
  const aborted = () => wake?.();
  signal?.addEventListener("abort", aborted);
  try {
    while (!signal?.aborted) {
      const batch = waiting;
      waiting = [];
      yield batch;
      await pause(betweenMs);
      if (waiting.length === 0 && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, netMs);
          timer.unref();
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
    }
  } finally {
    unsubscribe();
    signal?.removeEventListener("abort", aborted);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
