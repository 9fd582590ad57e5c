/**
 * A cell that writes 1 GB to stdout: seconds that it takes (floor: a bare Node process writing as much into a pipe that is
 * read and thrown away), megabytes that the server and the harness grow by meanwhile, megabytes that are kept, and
 * milliseconds of another run's chain of 40 tasks beside it (floor: beside a cell that computes and writes nothing).
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import type { Measurement } from "./bench";
import { withGround, type Ground } from "./bench-ground";
import { chainText } from "./chain40";
import { median } from "./median";

const megabytes = 1024;
const write = `const block = ("x".repeat(1023) + "\\n").repeat(1024);\nfor (let n = 0; n < ${megabytes}; n++) process.stdout.write(block);\n`;

const loud = `// %% Loud cache=off\n${write}export const done = true;\n`;
const silent = (ms: number) => `// %% Silent cache=off
const until = Date.now() + ${Math.round(ms)};
let n = 0;
while (Date.now() < until) n++;
export const done = n > 0;
`;

export function run(): Promise<Measurement[]> {
  return withGround(async (ground) => {
    for (let n = 0; n < 5; n++) await ground.time(chainText);
    const alone = median(await times(5, () => ground.time(chainText)));
    const before = { server: rssMb(process.pid), harness: harnessMb() };
    const peak = { ...before };
    const sampling = setInterval(() => {
      peak.server = Math.max(peak.server, rssMb(process.pid));
      peak.harness = Math.max(peak.harness, harnessMb());
    }, 50);
    const beside = await chainsBeside(ground, loud);
    clearInterval(sampling);
    const quiet = await chainsBeside(ground, silent(beside.took));
    const piped = await pipe();
    const { rows } = await ground.pool.query<{ kept: number; records: number }>(
      `select log_bytes::float8 / 1e6 as kept, log_records as records from attempt order by log_bytes desc limit 1`,
    );
    const row = (name: string, value: number, unit: string, floor?: number): Measurement => ({
      name,
      value: round(value),
      unit,
      ...(floor !== undefined && { floor: round(floor), ratio: round(value / floor) }),
    });
    return [
      row("stdout1gb", beside.took / 1000, "s", piped / 1000),
      row("stdout1gb-chain", median(beside.chains), "ms", median(quiet.chains)),
      row("stdout1gb-chain-alone", alone, "ms"),
      row("stdout1gb-server", peak.server - before.server, "MB"),
      row("stdout1gb-harness", peak.harness - before.harness, "MB"),
      row("stdout1gb-kept", rows[0]!.kept, "MB"),
    ];
  });
}

/** Chains of another run, one after the other, as long as the run of `text` goes on. */
async function chainsBeside(ground: Ground, text: string): Promise<{ took: number; chains: number[] }> {
  const chains: number[] = [];
  let over = false;
  const run = ground.time(text).finally(() => (over = true));
  while (!over) chains.push(await ground.time(chainText));
  return { took: await run, chains };
}

async function times(count: number, measure: () => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < count; n++) all.push(await measure());
  return all;
}

async function pipe(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ["-e", write], { stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.resume();
  await new Promise((resolve) => child.once("close", resolve));
  return performance.now() - began;
}

function harnessMb(): number {
  let sum = 0;
  for (const name of fs.readdirSync("/proc")) {
    if (/^\d+$/.test(name) && read(`/proc/${name}/cmdline`).includes("harness.cjs")) sum += rssMb(Number(name));
  }
  return sum;
}

function rssMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1000;
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
