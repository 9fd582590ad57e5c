/** Reads /proc. Where there is none (macOS) the answers are undefined and limits rest with V8 and the operating system. */
import { readdirSync, readFileSync } from "node:fs";

const pageBytes = 4096;
const millisecondsPerTick = 10;

export function readRss(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ");
    // Resident pages without those shared with files, which many processes have in common and the kernel can drop.
    return (Number(fields[1]) - Number(fields[2])) * pageBytes;
  } catch {
    return undefined;
  }
}

export function readCpuMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * millisecondsPerTick;
  } catch {
    return undefined;
  }
}

export function childrenOf(pid: number): number[] {
  const found: number[] = [];
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      for (const text of readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").split(" ")) {
        if (text !== "") found.push(Number(text), ...childrenOf(Number(text)));
      }
    }
  } catch {
    // Gone meanwhile, or a kernel without this file.
  }
  return found;
}

export function processesOf(uid: number): number[] {
  const found: number[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const owner = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "latin1"))?.[1];
      if (Number(owner) === uid) found.push(Number(name));
    } catch {
      // Gone meanwhile.
    }
  }
  return found;
}

/** Processes that were started with this in their environment, "NAME=value". */
export function processesWith(variable: string): number[] {
  const found: number[] = [];
  let names: string[] = [];
  try {
    names = readdirSync("/proc");
  } catch {
    // No such thing here.
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(variable)) found.push(Number(name));
    } catch {
      // Gone meanwhile, or another user's.
    }
  }
  return found;
}

/**
 * How often the kernel killed something for want of memory: in this container, or in the control group that this server was
 * given on its machine (MemoryMax= of a systemd service, say; the whole machine where there is none).
 */
export function readOomKills(): number {
  oomFiles ??= [...ownGroups(), "/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"];
  for (const path of oomFiles) {
    try {
      const count = /^oom_kill (\d+)/m.exec(readFileSync(path, "latin1"))?.[1];
      if (count !== undefined) return Number(count);
    } catch {
      // The other cgroup version, or a group that only the machine outside of this container knows by that name.
    }
  }
  return 0;
}

let oomFiles: readonly string[] | undefined;

function ownGroups(): string[] {
  try {
    return readFileSync("/proc/self/cgroup", "latin1")
      .split("\n")
      .flatMap((line) => {
        const [, controllers, path] = line.split(":");
        if (path === undefined) return [];
        if (controllers === "") return [`/sys/fs/cgroup${path}/memory.events`];
        return controllers!.split(",").includes("memory") ? [`/sys/fs/cgroup/memory${path}/memory.oom_control`] : [];
      });
  } catch {
    return [];
  }
}
