/** Mounts editors one after the other, a few milliseconds at a time, so that three hundred cells open at once and keys go between. */
const waiting: (() => void)[] = [];
let scheduled = false;

function work(): void {
  const start = performance.now();
  while (waiting.length > 0 && performance.now() - start < 8) waiting.shift()?.();
  scheduled = waiting.length > 0;
  if (scheduled) setTimeout(work, 0);
}

/** Returns a function that takes the wish back. */
export function queueMount(mount: () => void): () => void {
  waiting.push(mount);
  if (!scheduled) {
    scheduled = true;
    setTimeout(work, 0);
  }
  return () => {
    const at = waiting.indexOf(mount);
    if (at >= 0) waiting.splice(at, 1);
  };
}
