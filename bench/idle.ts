/**
 * What Heddle costs while nothing happens: the real `npm start` in a fresh home, its first example run through, one warm
 * container left. Proportional memory (PSS) of the whole tree (launcher, server, Postgres, everything in the container), and
 * its share of one core over half a minute. Linux only. Floor: a bare Node process that waits.
 */
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort } from "@/server/db/embedded-postgres";
import type { Measurement } from "./bench";

const settleMs = 15_000;
const watchMs = 30_000;

export async function run(): Promise<Measurement[]> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-idle-"));
  const bare = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1e6)"], { stdio: "ignore" });
  const server = spawn(process.execPath, ["bin/start.mjs"], {
    env: { ...process.env, HEDDLE_HOME: home, PORT: String(await freePort()) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    await said(server, /http:\/\/\S*\/sign-in/);
    await quiet(home);
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const before = tree(server.pid!, home);
    const cpuBefore = sum(before, cpuMs);
    await new Promise((resolve) => setTimeout(resolve, watchMs));
    const after = tree(server.pid!, home);
    const share = (100 * (sum(after, cpuMs) - cpuBefore)) / watchMs;
    const floor = pssMb(bare.pid!);
    const memory = sum(after, pssMb);
    if (process.env.HEDDLE_BENCH_DETAIL)
      for (const pid of after) console.error(pssMb(pid).toFixed(1).padStart(7), "MB", command(pid).slice(0, 110));
    return [
      { name: "idle", value: round(memory), unit: "MB", floor: round(floor), ratio: round(memory / floor) },
      { name: "idle-cpu", value: round(share), unit: "% of a core" },
    ];
  } finally {
    bare.kill();
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGINT");
    await gone;
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (data: Buffer) => {
      output += data.toString();
      if (pattern.test(output)) resolve();
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.once("exit", (code) => reject(new Error(`Heddle ended with code ${code}:\n${output}`)));
  });
}

/** The first example has begun and ended: its task processes have come and rest. */
async function quiet(home: string): Promise<void> {
  const until = Date.now() + 180_000;
  for (let calm = 0; calm < 5;) {
    if (Date.now() > until) throw new Error("The first example did not come to rest within three minutes.");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const tasks = processes().filter((pid) => command(pid).includes("task.cjs"));
    const before = sum(tasks, cpuMs);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    calm = tasks.length > 0 && sum(tasks, cpuMs) - before < 20 && fs.existsSync(path.join(home, "store")) ? calm + 1 : 0;
  }
}

/** Processes below this one, those of this home's Postgres, and those of its containers with all they started. */
function tree(root: number, home: string): number[] {
  const all = processes();
  const parents = new Map(all.map((pid) => [pid, parentOf(pid)]));
  const isBelow = (pid: number, roots: ReadonlySet<number>) => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) if (roots.has(at)) return true;
    return false;
  };
  const shims = all.filter((pid) => all.some((each) => parents.get(each) === pid && belongsTo(each, home)));
  const roots = new Set([
    root,
    ...all.filter((pid) => belongsTo(pid, home)),
    ...shims.filter((pid) => command(pid).includes("docker-init")),
  ]);
  return all.filter((pid) => isBelow(pid, roots));
}

/** A container sees its own part of the home by a mount: its first process names the socket there. */
function belongsTo(pid: number, home: string): boolean {
  if (command(pid).includes(home)) return true;
  try {
    return fs.readFileSync(`/proc/${pid}/mountinfo`, "utf8").includes(home) && command(pid).includes("harness.cjs");
  } catch {
    return false;
  }
}

function processes(): number[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function command(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
}

function parentOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  return Number.isNaN(parent) ? undefined : parent;
}

function cpuMs(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === "" ? 0 : (Number(fields[11]) + Number(fields[12])) * 10;
}

function pssMb(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1000;
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
