/** A V8 stack trace → the frames that stand in cells. */
import type { ErrorFrame } from "../run/run";
import type { ProgramLines } from "./dag";

/** `file` is the name that the program was compiled under; frames of other files are left out. Innermost first. */
export function toUserFrames(stack: string, lines: readonly ProgramLines[], file: string): readonly ErrorFrame[] {
  const frames: ErrorFrame[] = [];
  for (const text of stack.split("\n")) {
    const found = /^\s*at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/.exec(text);
    if (!found || found[2] !== file) continue;
    const line = Number(found[3]);
    const piece = lines.find((one) => line >= one.line && line < one.line + one.count);
    if (!piece) continue;
    // The program itself is the cell, not a function of it.
    const name = found[1]?.replace(/^(?:async |new )+/, "").replace(/^(?:Object|Module)\.(?=\S)/, "");
    frames.push({
      cell: piece.cell,
      cellKey: piece.cellKey,
      line: piece.cellLine + line - piece.line,
      column: Number(found[4]),
      function: name === undefined || name === "" || name.startsWith("<anonymous>") || name === "eval" ? undefined : name,
    });
  }
  return frames;
}
