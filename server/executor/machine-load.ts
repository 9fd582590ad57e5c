/** How busy this machine is: what a beat tells. */
import fs from "node:fs";
import os from "node:os";

export interface MachineLoad {
  /** Part of all cores that was busy since the last look, 0 to 1. */
  readonly cpu: number;
  readonly memoryUsed: number;
}

export function watchMachineLoad(): () => MachineLoad {
  let before = readTimes();
  return () => {
    const now = readTimes();
    const all = now.all - before.all;
    const cpu = all <= 0 ? 0 : Math.min(1, Math.max(0, 1 - (now.idle - before.idle) / all));
    before = now;
    return { cpu, memoryUsed: os.totalmem() - availableMemory() };
  };
}

function readTimes(): { all: number; idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of os.cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle };
}

/** Page cache can be had back: os.freemem() counts it as used. */
function availableMemory(): number {
  try {
    const found = /^MemAvailable:\s+(\d+) kB/m.exec(fs.readFileSync("/proc/meminfo", "utf8"));
    if (found) return Number(found[1]) * 1024;
  } catch {
    // Not Linux.
  }
  return os.freemem();
}
