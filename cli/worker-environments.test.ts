/** Packages of a notebook on a machine elsewhere: its lock is fetched from the server, installed there, once. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makePackage, startRegistry, type TestRegistry } from "@/server/environment/testing/registry";
import { openWorkerBench, type WorkerBench } from "./testing/worker-bench";

let dir: string;
let registry: TestRegistry;
let bench: WorkerBench;
beforeAll(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-far-packages-"));
  registry = await startRegistry([makePackage("twice", "1.0.0")], path.join(dir, "cache"));
  bench = await openWorkerBench({ npmEnv: registry.env });
  // The worker's own npm settings.
  for (const [name, value] of Object.entries({ ...registry.env, npm_config_cache: path.join(dir, "far-cache") })) vi.stubEnv(name, value);
  await bench.worker().connected();
}, 120_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await bench.close();
  await registry.close();
  fs.rmSync(dir, { recursive: true, force: true });
}, 60_000);

test("a task elsewhere imports what its notebook wants", async () => {
  const id = await bench.start(
    '// ---\n// dependencies:\n//   twice: ^1.0.0\n// ---\n\n// %% Far pool=far\nimport double, { version } from "twice";\nexport const found = `${version} ${double(4)}`;\n',
  );
  const run = await bench.ended(id);
  expect(run.message ?? "").toBe("");
  expect(run.outputs.map(({ value }) => value?.summary)).toEqual([expect.stringContaining("1.0.0 8")]);
}, 90_000);
