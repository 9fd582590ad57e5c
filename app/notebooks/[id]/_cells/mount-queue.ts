/** Mounts editors one after the other while the page has nothing better to do, so that three hundred cells open at once. */
const waiting: (() => void)[] = [];
let scheduled = false;

const soon: (callback: () => void) => void =
  typeof requestIdleCallback === "function"
    ? (callback) => void requestIdleCallback(callback, { timeout: 300 })
    : (callback) => void setTimeout(callback, 16);

function work(): void {
  const start = performance.now();
  while (waiting.length > 0 && performance.now() - start < 8) waiting.shift()?.();
  scheduled = waiting.length > 0;
  if (scheduled) soon(work);
}

/** Returns a function that takes the wish back. */
export function queueMount(mount: () => void): () => void {
  waiting.push(mount);
  if (!scheduled) {
    scheduled = true;
    soon(work);
  }
  return () => {
    const at = waiting.indexOf(mount);
    if (at >= 0) waiting.splice(at, 1);
  };
}
