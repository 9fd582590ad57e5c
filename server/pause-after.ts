/** Between tries of what others have to mend: 25 ms at first, then longer, at most a second. */
export function pauseAfter(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(1000, 25 * 2 ** Math.min(tries, 10))));
}
