import { notFound } from "../errors";
import type { Heddle } from "../heddle";
import type { EnvironmentView } from "./environment-views";

/** Progress comes in bursts: one picture for each. */
const gatherMs = 200;
/** What other servers install. */
const netMs = 10_000;

/** What a notebook's packages are, at once and after each change. */
export async function* watchEnvironment(
  { environments }: Heddle,
  workspaceId: string,
  notebookId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<EnvironmentView> {
  let wake: () => void = () => undefined;
  let changed = false;
  const stop = environments.onChange((where) => {
    if (where !== workspaceId) return;
    changed = true;
    wake();
  });
  const abort = () => wake();
  signal?.addEventListener("abort", abort);
  try {
    let before = "";
    // What a killed server left undone is taken up by whoever looks.
    environments.saved(workspaceId, notebookId);
    while (!signal?.aborted) {
      changed = false;
      const view = await environments.view(workspaceId, notebookId);
      if (!view) throw notFound("notebook");
      const text = JSON.stringify(view);
      if (text !== before) yield view;
      before = text;
      if (!changed) await pause(netMs, (go) => (wake = go));
      if (!signal?.aborted) await pause(gatherMs);
    }
  } finally {
    stop();
    signal?.removeEventListener("abort", abort);
  }
}

function pause(ms: number, early?: (go: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    early?.(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
