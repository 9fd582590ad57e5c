/** What every loop of the server has in common: it is started once, stopped once, and never runs beside itself. */
export interface Loop {
  start(): void;
  /** Resolves when its last round is over. */
  stop(): Promise<void>;
}

/** A round every so often; a slow round delays the next, a failed one is told and forgotten. */
export function loopEvery(ms: number, round: () => Promise<void>, failed: (error: unknown) => void): Loop {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const next = () => {
    timer = setTimeout(() => {
      running = round()
        .catch(failed)
        .finally(() => {
          if (!stopped) next();
        });
    }, ms);
  };
  return {
    start: next,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
