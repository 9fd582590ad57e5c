/** A script that did not do what it should, with the reason its attempt ends with. */
import type { WireResult } from "@/pipelines/protocol/messages";

type Reason = Extract<WireResult, { status: "failed" | "lost" | "cancelled" }>["reason"];

export class ScriptFailure extends Error {
  override readonly name = "ScriptFailure";

  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}
