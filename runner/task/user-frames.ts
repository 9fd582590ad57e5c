/** What a cell threw, told in the cell's own lines. Frames of Heddle and of packages are left out. */
import { inspect } from "node:util";
import { toUserFrames } from "@/pipelines/compile/user-frames";
import type { Launch, WireResult } from "@/pipelines/protocol/messages";

export type ProgramLineTable = NonNullable<Launch["program"]["lines"]>;
export type UserError = NonNullable<Extract<WireResult, { status: "failed" | "lost" | "cancelled" }>["error"]>;

const mostFrames = 50;

/** `file` is the name that the program was compiled under. */
export function toUserError(thrown: unknown, lines: ProgramLineTable, file: string): UserError {
  if (!(thrown instanceof Error)) {
    return { name: "Thrown", message: inspect(thrown, { depth: 3 }).slice(0, 10_000), frames: [] };
  }
  let message = String(thrown.message);
  let { cause } = thrown;
  for (let depth = 0; cause !== undefined && depth < 5; depth++) {
    message += `\nCaused by: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : inspect(cause, { depth: 1 })}`;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  if (thrown instanceof AggregateError) {
    for (const error of thrown.errors.slice(0, 5) as unknown[])
      message += `\n- ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
  const stack = typeof thrown.stack === "string" ? thrown.stack : "";
  return { name: String(thrown.name), message: message.slice(0, 20_000), frames: toFrames(stack, lines, file) };
}

function toFrames(stack: string, lines: ProgramLineTable, file: string): UserError["frames"] {
  const texts = stack.split("\n");
  // A syntax error names its place in the first line, above the offending text and a caret.
  if (texts[0]?.startsWith(`${file}:`)) {
    const column = (texts[2] ?? "").indexOf("^") + 1 || 1;
    texts.push(`    at ${texts[0]}:${column}`);
  }
  // An await inside the program itself: "at async file:1:2".
  const plain = texts.map((text) => text.replace(/^(\s*at )async (?=heddle:)/, "$1")).join("\n");
  return toUserFrames(plain, lines, file)
    .slice(0, mostFrames)
    .map(({ function: name, ...place }) => (name === undefined ? place : { ...place, function: name }));
}
