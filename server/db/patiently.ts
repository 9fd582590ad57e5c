import { pauseAfter } from "../pause-after";
import { isConnectionError } from "./pool";

/** Tries until the database answers. For work that changes nothing, or may be done twice. */
export async function patiently<T>(
  work: () => Promise<T>,
  isClosed: () => boolean,
  away: (error: unknown) => void = () => undefined,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (isClosed() || !isConnectionError(error)) throw error;
      if (tries === 0) away(error);
      await pauseAfter(tries);
    }
  }
}
