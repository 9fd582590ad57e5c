/** What the engine's benches stand on: a Postgres of their own, warm containers where there is an engine for them, and floors. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "@/server/db/embedded-postgres";
import { migrate } from "@/server/db/migrate";
import { connection } from "@/server/db/pool";
import { findEngine } from "@/server/executor/docker/find-engine";
import { timeContainer } from "@/server/executor/docker/testing/time-container";
import {
  dockerExecutor,
  ended,
  openWorkbench,
  processExecutor,
  runnerFolder,
  toSpec,
  type Workbench,
} from "@/server/run/testing/workbench";
import type { Measurement } from "./bench";
import { median } from "./median";

export interface Ground extends Workbench {
  readonly databaseUrl: string;
  /** From submit to done with the cache off, in milliseconds. Versions are compiled before, as the server keeps them. */
  time(text: string): Promise<number>;
  /** Milliseconds for so many durable commits of one row, one after the other, on the same database. */
  commits(count: number): Promise<number>;
  /** Milliseconds from the start of a bare Node process to its end. */
  nodeStart(): Promise<number>;
  /** The same in a bare container; undefined where there is no engine. */
  containerStart(): Promise<number | undefined>;
}

export async function withGround<T>(work: (ground: Ground) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-bench-"));
  fs.chmodSync(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ dir: path.join(folder, "pg") });
  try {
    await migrate(postgres.url, path.join(process.cwd(), "prisma/migrations"));
    const docker = await findEngine();
    const bench = await openWorkbench(postgres.url, {
      executor: docker.ok ? dockerExecutor : processExecutor,
      capacity: { cpu: os.availableParallelism(), memory: os.totalmem() },
    });
    const specs = new Map<string, ReturnType<typeof toSpec>>();
    try {
      return await work({
        ...bench,
        databaseUrl: postgres.url,
        async time(text) {
          const spec = specs.get(text) ?? toSpec(text, { cache: "off" });
          specs.set(text, spec);
          const began = performance.now();
          const result = await bench.engine.submit(spec, { source: text, versionId: undefined, createdBy: undefined });
          if (!result.ok) throw new Error(result.message);
          await ended(bench.pool, result.id);
          const took = performance.now() - began;
          const run = await bench.summary(result.id);
          if (run.status !== "succeeded") throw new Error(`The run of the bench has ${run.status}: ${run.message}`);
          return took;
        },
        commits: (count) => timeCommits(postgres.url, count),
        nodeStart: () => medianOf(5, timeNode),
        containerStart: async () => (docker.ok ? medianOf(5, () => timeContainer(runnerFolder)) : undefined),
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

/** As between two presses of Run: processes that no run has touched are ready again. */
export function restUntilReady(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
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

async function timeNode(): Promise<number> {
  const began = performance.now();
  await new Promise((resolve) => spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }).once("exit", resolve));
  return performance.now() - began;
}

async function medianOf(times: number, measure: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) all.push(await measure());
  return median(all);
}

/**
 * One row per floor. `milliseconds` is what `count` tasks took; the floors are so many durable commits, and what the tasks
 * would cost if each started a Node process or a container of its own.
 */
export async function besideFloors(
  ground: Ground,
  name: string,
  milliseconds: number,
  count: number,
  commits: number,
  toUnit: { unit: string; of(milliseconds: number): number },
): Promise<Measurement[]> {
  const container = await ground.containerStart();
  const floors: [string, number][] = [
    [name, await ground.commits(commits)],
    [`${name}-node`, (await ground.nodeStart()) * count],
    ...(container === undefined ? [] : [[`${name}-container`, container * count] as [string, number]]),
  ];
  const { unit, of } = toUnit;
  const round = (x: number) => Number(x.toPrecision(4));
  return floors.map(([row, floor]) => ({
    name: row,
    value: round(of(milliseconds)),
    unit,
    floor: round(of(floor)),
    ratio: round(milliseconds / floor),
  }));
}
