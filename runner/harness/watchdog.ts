/**
 * Looks at every working process each 20 ms: past its deadline or its memory it is killed, whatever its event loop or
 * the server does. The kernel's own memory kill would come seconds later and take longer.
 */
import type { WireResult } from "@/pipelines/protocol/messages";
import type { AttemptRecord } from "./attempt-record";
import { stopped } from "./endings";
import { childrenOf, readRss } from "./proc";
import type { TaskProcess } from "./task-process";

const everyMs = 20;
/** Children of a task are searched for, and usage is told, less often. */
const childrenEvery = 10;
const usageEveryMs = 1000;

export interface WatchdogActions {
  stop(process: TaskProcess, ending: WireResult): void;
  usage(attempt: AttemptRecord, cpuMs: number, memoryBytes: number): void;
}

export class Watchdog {
  private readonly watched = new Map<TaskProcess, { ticks: number; childMemory: number; toldAt: number }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly actions: WatchdogActions) {}

  watch(process: TaskProcess): void {
    this.watched.set(process, { ticks: 0, childMemory: 0, toldAt: process.startedAt });
    this.timer ??= setInterval(() => this.look(), everyMs);
  }

  /** The timer stays: starting and clearing one per attempt would cost more than looking at nothing. */
  forget(process: TaskProcess): void {
    this.watched.delete(process);
  }

  private look(): void {
    const now = performance.now();
    for (const [process, seen] of this.watched) {
      const { attempt, pid } = process;
      if (!attempt || pid === undefined || process.ending) continue;
      seen.ticks++;
      process.noteCpu();
      if (seen.ticks % childrenEvery === 0) {
        seen.childMemory = childrenOf(pid).reduce((sum, child) => sum + (readRss(child) ?? 0), 0);
      }
      const memory = (readRss(pid) ?? 0) + seen.childMemory;
      if (memory > process.peakMemory) process.peakMemory = memory;
      if (memory > attempt.launch.memoryBytes) this.actions.stop(process, stopped("out-of-memory", attempt.launch, process.usage()));
      else if (process.workedMs(now) > attempt.launch.timeoutMs)
        this.actions.stop(process, stopped("timeout", attempt.launch, process.usage()));
      else if (now - seen.toldAt >= usageEveryMs) {
        // By the clock, not by looks: on a busy machine they come late.
        seen.toldAt = now;
        this.actions.usage(attempt, process.usage().cpuMs, memory);
      }
    }
  }
}
