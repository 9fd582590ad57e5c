/** Text of which only some is left, at its old line and column. */
import type { TextRange } from "./find-declarations";

export function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** Every character but line ends becomes a space. */
function toBlank(text: string): string {
  return text.includes("\n") ? text.replace(/[^\n]/g, " ") : " ".repeat(text.length);
}

export function blank(text: string, ranges: readonly TextRange[]): string {
  let out = "";
  let at = 0;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    out += text.slice(at, Math.max(at, start)) + toBlank(text.slice(Math.max(at, start), end));
    at = end;
  }
  return out + text.slice(at);
}

export function keepOnly(text: string, from: number, to: number, keep: readonly TextRange[]): string {
  let out = "";
  let at = from;
  for (const { start, end } of keep) {
    out += toBlank(text.slice(at, start)) + text.slice(start, end);
    at = end;
  }
  return out + toBlank(text.slice(at, to));
}
