import type { Heddle } from "../heddle";
import { listWorkers } from "./store";
import type { WorkerView } from "./worker-views";

/** Changes come in bursts: one look at the database for each. */
const gatherMs = 250;
/** Workers of other servers, and loads. */
const netMs = 5_000;

export async function* watchWorkers(heddle: Heddle, workspaceId: string, signal: AbortSignal | undefined): AsyncGenerator<WorkerView[]> {
  let wake: () => void = () => undefined;
  let changed = false;
  const stop = heddle.workers.onChange(() => {
    changed = true;
    wake();
  });
  const abort = () => wake();
  signal?.addEventListener("abort", abort);
  try {
    let before = "";
    while (!signal?.aborted) {
      changed = false;
      const views = await listWorkers(heddle.database, workspaceId);
      const text = JSON.stringify(views);
      if (text !== before) yield views;
      before = text;
      if (!changed) await sleep(netMs, (go) => (wake = go));
      if (!signal?.aborted) await sleep(gatherMs);
    }
  } finally {
    stop();
    signal?.removeEventListener("abort", abort);
  }
}

function sleep(ms: number, early?: (go: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    early?.(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
