/** Results of attempts that did not end by themselves. The three shapes of running out of memory become one reason. */
import type { Launch, WireResult } from "@/pipelines/protocol/messages";

type Usage = { durationMs: number; cpuMs: number; peakMemoryBytes: number };

export function stopped(
  why: "cancelled" | "timeout" | "lease-lost" | "out-of-memory" | "cannot-start",
  launch: Pick<Launch, "timeoutMs" | "memoryBytes">,
  usage: Usage,
): WireResult {
  const rest = { displays: [], usage };
  const error = (name: string, message: string) => ({ name, message, frames: [] });
  switch (why) {
    case "cancelled":
      return { status: "cancelled", reason: "cancelled", ...rest };
    case "timeout":
      return {
        status: "failed",
        reason: "timeout",
        error: error(
          "Timeout",
          `The attempt was stopped after its timeout of ${duration(launch.timeoutMs)}. A longer one is set with timeout= in the cell's header.`,
        ),
        ...rest,
      };
    case "lease-lost":
      return { status: "lost", reason: "lease-lost", ...rest };
    case "out-of-memory":
      return { status: "failed", reason: "out-of-memory", error: outOfMemory(launch.memoryBytes, usage.peakMemoryBytes), ...rest };
    case "cannot-start":
      return { status: "lost", reason: "internal", error: error("CannotStart", "No process could be started for this attempt."), ...rest };
  }
}

export interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The kernel's count of memory kills in this container went up. */
  readonly killedByKernel: boolean;
  readonly memory: number;
  readonly lastWords: string;
  readonly usage: Usage;
}

export function causeOfDeath({ code, signal, killedByKernel, memory, lastWords, usage }: Death): WireResult {
  const rest = { displays: [], usage };
  const heapLimit = /JavaScript heap out of memory|Allocation failed|FatalProcessOutOfMemory/.test(lastWords);
  if ((signal === "SIGKILL" && killedByKernel) || heapLimit) {
    return { status: "failed", reason: "out-of-memory", error: outOfMemory(memory, usage.peakMemoryBytes), ...rest };
  }
  const message = signal
    ? `The process of this attempt was ended by ${signal}.`
    : `The process of this attempt ended with exit code ${code} before the cell did.`;
  return { status: "failed", reason: "exit-code", error: { name: "ProcessEnded", message, frames: [] }, ...rest };
}

function outOfMemory(limit: number, peak: number) {
  const used = peak > 0 ? ` It had reached ${size(Math.max(peak, 0))}.` : "";
  return {
    name: "OutOfMemory",
    message: `The attempt needed more memory than its limit of ${size(limit)}.${used} More is given with memory= in the cell's header.`,
    frames: [],
  };
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1024 ** 3).toFixed(1)} GB` : `${Math.round(bytes / 1024 ** 2)} MB`;
}

function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`;
  return seconds < 7200 ? `${Number((seconds / 60).toFixed(1))} min` : `${Number((seconds / 3600).toFixed(1))} h`;
}
