/** What the engine's benches stand on: a Postgres of their own, warm containers where there is an engine for them, and floors. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "@/server/db/embedded-postgres";
import { findEngine } from "@/server/executor/docker/find-engine";
import { migrate } from "@/server/db/migrate";
import { connection } from "@/server/db/pool";
import { dockerExecutor, ended, openWorkbench, processExecutor, type Workbench } from "@/server/run/testing/workbench";

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: number;
  readonly ratio?: number;
}

export interface Ground extends Workbench {
  readonly databaseUrl: string;
  /** Submits with the cache off and waits; milliseconds. */
  time(text: string): Promise<number>;
  /** Milliseconds for so many durable commits of one row, one after the other, on the same database. */
  commits(count: number): Promise<number>;
}

export async function withGround<T>(work: (ground: Ground) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-bench-"));
  fs.chmodSync(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ dir: path.join(folder, "pg") });
  try {
    await migrate(postgres.url, path.join(import.meta.dirname, "../prisma/migrations"));
    const engine = await findEngine();
    const bench = await openWorkbench(postgres.url, {
      executor: engine.ok ? dockerExecutor : processExecutor,
      capacity: { cpu: os.availableParallelism(), memory: os.totalmem() },
    });
    try {
      return await work({
        ...bench,
        databaseUrl: postgres.url,
        async time(text) {
          const began = performance.now();
          const result = await bench.submit(text, { cache: "off" });
          if (!result.ok) throw new Error(result.message);
          await ended(bench.pool, result.id);
          const took = performance.now() - began;
          const run = await bench.summary(result.id);
          if (run.status !== "succeeded") throw new Error(`The run of the bench has ${run.status}: ${run.message}`);
          return took;
        },
        commits: (count) => timeCommits(postgres.url, count),
      });
    } finally {
      await bench.close();
      for (const problem of bench.problems) console.error(problem);
    }
  } finally {
    await postgres.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function timeCommits(url: string, count: number): Promise<number> {
  const client = new pg.Client(connection(url));
  await client.connect();
  await client.query("create table if not exists bench_commit (n int)");
  const began = performance.now();
  for (let n = 0; n < count; n++) await client.query({ name: "commit", text: "insert into bench_commit values ($1)", values: [n] });
  const took = performance.now() - began;
  await client.end();
  return took;
}

/** Milliseconds that a bare Node process takes from spawn to exit. */
export async function timeNodeStart(): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    const began = performance.now();
    await new Promise((resolve) => spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }).once("exit", resolve));
    times.push(performance.now() - began);
  }
  return median(times);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

export function withFloor(name: string, value: number, unit: string, floor: number): BenchResult {
  const round = (x: number) => Number(x.toPrecision(4));
  return { name, value: round(value), unit, floor: round(floor), ratio: round(value / floor) };
}
