/** Milliseconds of a clock that nobody can set and that all processes of one machine share, those in containers too. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
