/** Tells open sockets that what they were opened with is worth nothing any more. Other processes find out by looking again. */
import { EventEmitter } from "node:events";

export type Revocation = { readonly type: "user"; readonly userId: string } | { readonly type: "session" | "token"; readonly id: string };

export class Revocations {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  announce(revocation: Revocation): void {
    this.#emitter.emit("revoked", revocation);
  }

  listen(listener: (revocation: Revocation) => void): () => void {
    this.#emitter.on("revoked", listener);
    return () => this.#emitter.off("revoked", listener);
  }
}
