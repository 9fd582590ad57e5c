/**
 * A value of 100 MB from one task to another: written by one attempt, stored and hashed, read by a second attempt.
 * The floor is what the machine itself needs for those bytes: one write, one SHA-256, one read.
 */
import { createHash } from "node:crypto";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createDockerExecutor } from "@/server/executor/docker/docker-executor";
import { findEngine } from "@/server/executor/docker/find-engine";
import { createProcessExecutor } from "@/server/executor/process/process-executor";
import { AttemptLog } from "@/server/executor/testing/attempt-log";
import { toRequest } from "@/server/executor/testing/requests";
import { openWorkbench } from "@/server/executor/testing/workbench";
import type { Measurement } from "./bench";

const length = 25_000_000;
const rounds = 5;

export async function run(): Promise<Measurement[]> {
  const bench = await openWorkbench();
  const engine = await findEngine();
  const create = engine.ok ? createDockerExecutor : createProcessExecutor;
  const { home, runner, environment } = bench;
  const executor = create({ home, runner, environment, dataDir: () => undefined, slots: 2, log: () => undefined });
  try {
    await executor.prepare();
    const times: number[] = [];
    const floors: number[] = [];
    // Isolated processes: the reader has never seen these pages, and nothing is kept between rounds.
    for (let round = 0; round <= rounds; round++) {
      const began = performance.now();
      const write = toRequest(`const big = new Float32Array(${length}).fill(${round} + 0.5); big[7] = 3; return { big };`);
      const { outputs, usage } = await attempt(write);
      const wrote = performance.now();
      const seen = await attempt(
        toRequest("const { big } = __heddle.inputs; return { seen: big[7] + big.length };", { inputs: { big: outputs.big! } }),
      );
      const ended = performance.now();
      if (seen.outputs.seen?.summary !== `number · ${length + 3}`)
        throw new Error(`The value arrived changed: ${seen.outputs.seen?.summary}`);
      const floor = await measureFloor(home, round);
      // The first round starts the container.
      if (round > 0) {
        times.push(ended - began);
        floors.push(floor);
      }
      if (process.env.HEDDLE_BENCH_DETAIL)
        console.log(
          `write ${(wrote - began).toFixed(0)} ms (in the task ${usage.durationMs.toFixed(0)}), read ${(ended - wrote).toFixed(0)} ms, floor ${floor.toFixed(0)} ms`,
        );
    }
    const value = median(times) / 1000;
    const floor = median(floors) / 1000;
    return [
      {
        name: "value100mb",
        value: round3(value),
        unit: "s",
        floor: round3(floor),
        ratio: round3(value / floor),
      },
    ];
  } finally {
    await executor.close();
    await bench.remove();
  }

  async function attempt(request: ReturnType<typeof toRequest>) {
    const log = new AttemptLog();
    const launched = await executor.launch(request, log);
    if (!launched.ok) throw new Error(launched.message);
    return log.succeeded();
  }
}

async function measureFloor(home: string, round: number): Promise<number> {
  const bytes = Buffer.from(new Float32Array(length).fill(round + 0.25).buffer);
  const path = join(home, "floor");
  const began = performance.now();
  const file = await open(path, "w");
  await file.writeFile(bytes);
  await file.close();
  createHash("sha256").update(bytes).digest("hex");
  await readFile(path);
  const took = performance.now() - began;
  await rm(path);
  return took;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
