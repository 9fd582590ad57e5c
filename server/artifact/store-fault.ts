/** What the store cannot do, in words for people; `reason` says which of the closed list of reasons an attempt ends with. */
import type { Reason } from "@/pipelines/run/run";

export class StoreFault extends Error {
  override readonly name: string = "StoreFault";

  constructor(
    message: string,
    readonly reason: Extract<Reason, "internal" | "quota" | "disk-full"> = "internal",
  ) {
    super(message);
  }
}

/** Stored bytes that are no longer what was stored, or are gone. Trying again does not help; making the value again does. */
export class DamagedObject extends StoreFault {
  override readonly name = "DamagedObject";
}

/** The reason an attempt ends with when `error` kept it from storing something. */
export function storeReason(error: unknown): { readonly reason: StoreFault["reason"]; readonly message: string } {
  if (error instanceof StoreFault) return { reason: error.reason, message: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return { reason: "disk-full", message: "The store has no space left: free some, or collect garbage under Settings → Storage." };
  }
  return { reason: "internal", message: `A value could not be stored: ${message}` };
}
