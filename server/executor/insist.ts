const firstMs = 250;
const mostMs = 5_000;

/**
 * A handler of a word that fails (the database is away, say) is called again: the word is safe with its sender meanwhile.
 * Once `isOver` says so it is never acknowledged: whoever adopts the attempt hears it again.
 */
export async function insist(handle: () => Promise<void> | void, isOver: () => boolean, log: (message: string) => void): Promise<void> {
  for (let wait = firstMs; !isOver(); wait = Math.min(wait * 2, mostMs)) {
    try {
      return await handle();
    } catch (error) {
      log(`A word about an attempt could not be handled yet: ${String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, wait).unref());
    }
  }
  return new Promise(() => undefined);
}
