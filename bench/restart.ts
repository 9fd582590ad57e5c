/**
 * `npm start` when nothing has changed: seconds from the command until the page can be opened, median. Floor: what any such
 * program needs: npm and a bare Node process one after the other.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort } from "@/server/db/embedded-postgres";
import type { Measurement } from "./bench";
import { median } from "./median";

const rounds = 5;

export async function run(): Promise<Measurement[]> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-bench-"));
  try {
    // The first start installs the packages of cells, which the others find.
    await start(home, true);
    const times: number[] = [];
    const floors: number[] = [];
    for (let round = 0; round < rounds; round++) {
      times.push(await start(home));
      floors.push(await floor());
    }
    const [value, least] = [median(times) / 1000, median(floors) / 1000];
    return [{ name: "restart", value, unit: "s", floor: Number(least.toFixed(3)), ratio: Number((value / least).toPrecision(3)) }];
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

/** Milliseconds until it says that it is ready, which is when its pages answer. */
async function start(home: string, whole = false): Promise<number> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn("npm", ["start"], {
    env: { ...process.env, HEDDLE_HOME: home, PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (data: Buffer) => data.includes("ready at") && resolve());
      child.once("exit", (code) => reject(new Error(`Heddle ended with code ${code} before it was ready.`)));
    });
    const took = performance.now() - began;
    const response = await fetch(`http://127.0.0.1:${port}/sign-in`);
    if (!response.ok) throw new Error(`The page answered ${response.status}.`);
    while (whole && !(await fetch(`http://127.0.0.1:${port}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 200));
    return took;
  } finally {
    process.kill(-child.pid!, "SIGINT");
    await ended;
  }
}

function floor(): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    spawn("npm", ["exec", "--", "node", "-e", "0"], { stdio: "ignore" }).once("exit", () => resolve(performance.now() - began));
  });
}
