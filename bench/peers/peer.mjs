/**
 * What every peer does in a process of its own: a chain of 40 no-op jobs, each started by the one before, and a fan-out of
 * 1,000 that is waited for. One warm-up of each, then medians; printed as JSON: {chain: seconds, fanout: jobs a second}.
 */
export const links = 40;
export const elements = 1_000;
const rounds = 5;

/** @param {() => Promise<void>} chain @param {() => Promise<void>} fanOut */
export async function measure(chain, fanOut) {
  const seconds = await median(chain);
  const fanned = await median(fanOut);
  console.log(JSON.stringify({ chain: seconds, fanout: elements / fanned }));
}

async function median(work) {
  const times = [];
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now();
    await work();
    if (round > 0) times.push((performance.now() - began) / 1000);
  }
  return times.sort((a, b) => a - b)[rounds >> 1];
}

/** A promise for the moment when `tick` has been called so often. */
export function countdown(count) {
  let left = count;
  let resolve;
  const done = new Promise((settle) => (resolve = settle));
  return { done, tick: () => --left === 0 && resolve() };
}
