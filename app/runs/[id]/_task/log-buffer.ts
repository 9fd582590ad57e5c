/** The stretch of a log that the page holds: one range of line numbers without holes. */
import type { LogLine } from "../../../_trpc/outputs";

export interface LogBuffer {
  /** Number of the first line held, counted from 0. */
  readonly from: number;
  readonly lines: readonly LogLine[];
  /** Lines there are in all, as far as known. */
  readonly total: number;
}

export const emptyLog: LogBuffer = { from: 0, lines: [], total: 0 };

export const endOf = (buffer: LogBuffer) => buffer.from + buffer.lines.length;

/** Takes a stretch that touches or overlaps what is held; one with a hole before it is refused (the same buffer comes back). */
export function joinLog(buffer: LogBuffer, from: number, lines: readonly LogLine[], total?: number): LogBuffer {
  const known = Math.max(buffer.total, from + lines.length, total ?? 0);
  if (buffer.lines.length === 0) return { from, lines, total: known };
  const end = from + lines.length;
  if (from > endOf(buffer) || end < buffer.from) return buffer;
  const before = from < buffer.from ? lines.slice(0, buffer.from - from) : [];
  const after = end > endOf(buffer) ? lines.slice(endOf(buffer) - from) : [];
  if (before.length === 0 && after.length === 0) return known === buffer.total ? buffer : { ...buffer, total: known };
  return { from: Math.min(from, buffer.from), lines: [...before, ...buffer.lines, ...after], total: known };
}

/** A page that follows a log without end forgets its beginning, which is read again when somebody goes there. */
export function trimLog(buffer: LogBuffer, most: number): LogBuffer {
  const { length } = buffer.lines;
  // Not at every line: each time all that stay are copied.
  if (length <= most * 1.25) return buffer;
  return { ...buffer, from: buffer.from + length - most, lines: buffer.lines.slice(length - most) };
}

const ranks: Record<LogLine["level"], number> = { debug: 0, stdout: 1, info: 1, system: 1, stderr: 2, warn: 2, error: 3 };

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogFloor = (typeof logLevels)[number];

/** Places in the buffer of the lines that are at least this loud and contain the words. */
export function filterLog(buffer: LogBuffer, floor: LogFloor, words: string): readonly number[] | undefined {
  const wanted = words.trim().toLowerCase();
  if (floor === "debug" && wanted === "") return undefined;
  return buffer.lines.flatMap((line, i) =>
    ranks[line.level] >= ranks[floor] && (wanted === "" || line.text.toLowerCase().includes(wanted)) ? [i] : [],
  );
}

/** Colour codes of terminals say nothing on a page. */
export function plainText(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007]*\u0007/g, "");
}
