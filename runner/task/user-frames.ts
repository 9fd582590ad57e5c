/** Stack traces of a program, told in the cell's own lines. Frames of Heddle and of packages are left out. */
import { inspect } from "node:util";
import type { Launch } from "@/pipelines/protocol/messages";

export type ProgramLineTable = NonNullable<Launch["program"]["lines"]>;

export interface UserFrame {
  cell: string;
  cellKey: string;
  line: number;
  column: number;
  function?: string;
}

export interface UserError {
  name: string;
  message: string;
  frames: UserFrame[];
}

const framePattern = /^\s*at (?:async )?(?:(.*?) \()?heddle:([0-9a-f]+):(\d+):(\d+)\)?$/;

export function toUserError(thrown: unknown, lines: ProgramLineTable): UserError {
  if (!(thrown instanceof Error)) {
    return { name: "Thrown", message: inspect(thrown, { depth: 3 }).slice(0, 10_000), frames: [] };
  }
  let message = String(thrown.message);
  for (let cause = thrown.cause, depth = 0; cause !== undefined && depth < 5; depth++) {
    message += `\nCaused by: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : inspect(cause, { depth: 1 })}`;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  if (thrown instanceof AggregateError) {
    message += thrown.errors.slice(0, 5).map((error) => `\n- ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`).join("");
  }
  const stack = typeof thrown.stack === "string" ? thrown.stack : "";
  return { name: String(thrown.name), message: message.slice(0, 20_000), frames: toFrames(stack, lines) };
}

export function toFrames(stack: string, lines: ProgramLineTable): UserFrame[] {
  const frames: UserFrame[] = [];
  const stackLines = stack.split("\n");
  // A syntax error names its place in the first line, above the offending text.
  const syntax = /^heddle:[0-9a-f]+:(\d+)$/.exec(stackLines[0] ?? "");
  if (syntax) {
    const caret = stackLines[2] ?? "";
    const place = toPlace(Number(syntax[1]), caret.indexOf("^") + 1 || 1, lines);
    if (place) frames.push(place);
  }
  for (const text of stackLines) {
    const match = framePattern.exec(text);
    if (!match) continue;
    const place = toPlace(Number(match[3]), Number(match[4]), lines);
    if (!place) continue;
    const name = match[1]?.replace(/^(Object|globalThis)\./, "");
    frames.push(name && name !== "<anonymous>" && !name.startsWith("__heddle") ? { ...place, function: name } : place);
    if (frames.length >= 50) break;
  }
  return frames;
}

function toPlace(line: number, column: number, lines: ProgramLineTable): UserFrame | undefined {
  for (const range of lines) {
    if (line >= range.line && line < range.line + range.count) {
      return { cell: range.cell, cellKey: range.cellKey, line: range.cellLine + line - range.line, column };
    }
  }
  return undefined;
}
