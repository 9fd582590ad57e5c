/** The example notebooks, as a newcomer runs them: real data, real training, a real engine. Nothing is left to luck: seeds are. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile } from "@/pipelines/compile/compile";
import { format } from "@/pipelines/notebook/format";
import { parse } from "@/pipelines/notebook/parse";
import type { ValueRef } from "@/pipelines/run/run";
import { createValueStore } from "../artifact/store";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { installEnvironment, type InstalledEnvironment } from "../executor/environment";
import { createProcessExecutor } from "../executor/process/process-executor";
import { readValue } from "../executor/testing/value-reader";
import { seedExampleData } from "../workspace/example-data";
import { openWorkbench, runnerFolder, type Changes, type RunSummary, type Workbench } from "./testing/workbench";

const root = path.join(import.meta.dirname, "../..");
const minutes = 60_000;

let home: string;
let environment: InstalledEnvironment;
let database: TestDatabase;
let bench: Workbench;

beforeAll(async () => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-examples-"));
  environment = await installEnvironment({
    home: path.join(root, "node_modules/.cache/heddle-test"),
    source: path.join(root, "environment"),
  });
  await seedExampleData(environment.folder, path.join(home, "data/w1"));
  database = await createTestDatabase();
  bench = await openWorkbench(database.url, {
    home,
    environmentHash: environment.hash,
    executor: (home, log) =>
      createProcessExecutor({
        home,
        slots: 2,
        log,
        environment,
        runner: runnerFolder,
        dataDir: (workspaceId) => path.join(home, "data", workspaceId),
      }),
  });
}, 3 * minutes);

afterAll(async () => {
  await bench.close();
  await database.drop();
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 });
});

const read = (name: string) => fs.readFileSync(path.join(root, "pipelines/examples", `${name}.ts`), "utf8");

describe.each(["fuel-economy", "penguins", "flight-delays"])("example %s", (name) => {
  test("compiles without a word of complaint", () => {
    const { dag, diagnostics } = compile(parse(read(name)));
    expect(diagnostics).toEqual([]);
    expect(dag.title).toBeTruthy();
    expect(dag.description).toBeTruthy();
    for (const task of dag.tasks) {
      for (const { module } of task.program.imports) {
        expect(["heddle", ...environment.packages]).toContain(module);
      }
    }
  });

  test("stands in the form that format gives", () => {
    expect(format(parse(read(name)))).toBe(read(name));
  });
});

describe("fuel economy", () => {
  let first: RunSummary;

  test(
    "trains in every fold, and the network beats the line, which beats the mean",
    async () => {
      first = await runs("fuel-economy");
      expect(statuses(first)).toEqual(["succeeded"]);
      const outputs = await outputsOf(first, ["meanAbsoluteError", "lineMeanAbsoluteError", "baselineMeanAbsoluteError"]);
      expect(outputs.meanAbsoluteError).toBeLessThan(2.3);
      expect(outputs.lineMeanAbsoluteError).toBeLessThan(2.8);
      expect(outputs.baselineMeanAbsoluteError).toBeGreaterThan(6);

      const series = await seriesOf(first);
      expect(series.filter(({ name }) => name === "loss").map(({ points }) => points)).toEqual([300, 300, 300, 300, 300]);
      for (const { name, first: before, last } of series) if (name === "loss") expect(last).toBeLessThan(before / 5);
    },
    3 * minutes,
  );

  test(
    "runs again from the cache alone",
    async () => {
      const again = await runs("fuel-economy");
      expect(statuses(again)).toEqual(["cached"]);
    },
    minutes,
  );

  test(
    "a changed parameter of the network leaves the cars, the folds and the line alone",
    async () => {
      const changed = await runs("fuel-economy", { params: { epochs: 20 } });
      const fresh = Object.entries(changed.tasks).filter(([, { status }]) => status === "succeeded");
      const keys = new Set(fresh.map(([key]) => key.replace(/\[\d+\]$/, "")));
      expect([...keys].sort()).toEqual(["report", "train-a-network"]);
    },
    minutes,
  );
});

describe("penguins", () => {
  test(
    "chooses a champion among fourteen candidates, and it knows penguins that it has not seen",
    async () => {
      const run = await runs("penguins");
      expect(statuses(run)).toEqual(["succeeded"]);
      const outputs = await outputsOf(run, ["champion", "accuracy", "baselineAccuracy", "confusion"]);
      expect(outputs.accuracy).toBeGreaterThan(0.93);
      expect(outputs.baselineAccuracy).toBeLessThan(0.6);
      expect(outputs.champion).toMatchObject({ accuracy: expect.any(Number) as number });
      const confusion = outputs.confusion as { actual: string; named: string; penguins: number }[];
      const right = confusion.filter(({ actual, named }) => actual === named);
      const sum = (cells: typeof confusion) => cells.reduce((total, { penguins }) => total + penguins, 0);
      expect(sum(right) / sum(confusion)).toBeCloseTo(outputs.accuracy as number, 10);

      const series = await seriesOf(run);
      expect(series.filter(({ name }) => name === "loss")).toHaveLength(9);

      // A handler speaks of this run, so it is never taken from another; all else is.
      const again = await runs("penguins");
      const { "sum-up": handler, ...others } = again.tasks;
      expect(handler!.status).toBe("succeeded");
      expect(statuses({ ...again, tasks: others })).toEqual(["cached"]);
    },
    4 * minutes,
  );

  test(
    "one more number in a list trains only the networks that it adds",
    async () => {
      const { tasks } = await runs("penguins", { params: { hiddenUnits: [2, 8, 32, 4] } });
      const networks = Array.from({ length: 12 }, (_, index) => tasks[`train-networks[${index}]`]?.status);
      expect(networks).toEqual([...Array<string>(9).fill("cached"), "succeeded", "succeeded", "succeeded"]);
    },
    2 * minutes,
  );

  test(
    "without the neighbours, the networks choose among themselves",
    async () => {
      const run = await runs("penguins", {
        params: { tryNeighbours: false, hiddenUnits: [8], learningRates: [1], epochs: 50 },
      });
      expect(run.tasks["ask-the-neighbours"]).toMatchObject({ status: "skipped", reason: "when-false" });
      expect(run.tasks["choose-the-champion"]!.status).toBe("succeeded");
      const { champion } = await outputsOf(run, ["champion"]);
      expect(champion).toMatchObject({ family: "network", units: 8, rate: 1 });
    },
    2 * minutes,
  );
});

describe("flight delays", () => {
  test(
    "learns from hundreds of thousands of flights, and forecasts days it has not seen better than the hour of the day does",
    async () => {
      const run = await runs("flight-delays");
      expect(statuses(run)).toEqual(["succeeded"]);
      const outputs = await outputsOf(run, ["auc", "baselineAuc", "logLoss", "baselineLogLoss"]);
      expect(outputs.auc).toBeGreaterThan((outputs.baselineAuc as number) + 0.06);
      expect(outputs.logLoss).toBeLessThan((outputs.baselineLogLoss as number) - 0.02);

      const series = await seriesOf(run);
      expect(series.filter(({ name }) => name === "AUC")).toHaveLength(7);
      const loss = series.find(({ name }) => name === "validation loss")!;
      expect(loss.points).toBeGreaterThanOrEqual(20);
      expect(loss.last).toBeLessThan(loss.first);

      const again = await runs("flight-delays");
      expect(statuses(again)).toEqual(["cached"]);
    },
    5 * minutes,
  );
});

async function runs(name: string, changes: Changes = {}): Promise<RunSummary> {
  const run = await bench.run(read(name), { ...changes, notebookId: name });
  expect(bench.problems).toEqual([]);
  expect(run).toMatchObject({ status: "succeeded", message: undefined });
  return run;
}

function statuses({ tasks }: RunSummary): string[] {
  return [...new Set(Object.values(tasks).map(({ status }) => status))];
}

async function outputsOf(run: RunSummary, names: readonly string[]): Promise<Record<string, unknown>> {
  const { rows } = await bench.pool.query<{ outputs: Record<string, ValueRef> | null }>(
    "select outputs from task_run where run_id = $1 and map_index is null",
    [run.id],
  );
  const refs = Object.assign({}, ...rows.map(({ outputs }) => outputs)) as Record<string, ValueRef>;
  const store = createValueStore(home);
  const entries = names.map(async (name) => [name, await readValue(store, "w1", refs[name]!)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

interface Series {
  readonly name: string;
  readonly points: number;
  readonly first: number;
  readonly last: number;
}

/** Every series of a run. All its values are finite, or the test fails. */
async function seriesOf(run: RunSummary): Promise<Series[]> {
  const { rows } = await bench.pool.query<Series & { finite: boolean }>(
    `select s.name, count(*)::int points, (array_agg(p.value order by p.seq))[1] "first",
            (array_agg(p.value order by p.seq desc))[1] "last",
            bool_and(p.value > '-Infinity' and p.value < 'Infinity') finite
       from metric_point p join metric_series s on s.id = p.series_id where s.run_id = $1 group by s.id, s.name`,
    [run.id],
  );
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter(({ finite }) => !finite)).toEqual([]);
  return rows;
}
