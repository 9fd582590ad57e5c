/**
 * What every Executor promises, as tests: run against real processes by process/process-executor.test.ts and against
 * real containers by docker/docker-executor.test.ts. Walls that only containers have are asked for by `walls`.
 */
import { appendFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createValueStore, type ValueStore } from "@/server/artifact/store";
import type { ValueRef } from "@/pipelines/run/run";
import type { AttemptRequest, InputRef } from "../executor";
import type { HarnessExecutor } from "../harness-executor";
import { HarnessStartError } from "../harness-host";
import type { ExecutorOptions } from "../process/process-executor";
import { AttemptLog } from "./attempt-log";
import { toProgram, toRequest, type RequestChanges } from "./requests";
import { readValue } from "./value-reader";
import { openWorkbench, type Workbench } from "./workbench";

export interface Candidate {
  create(options: ExecutorOptions): HarnessExecutor;
  /** Whether cells are walled off from the machine and from the harness. */
  readonly walls: boolean;
  /** Kills the harness of a notebook from outside. */
  killHarness?(home: string, notebookId: string): Promise<void>;
}

const otherRun = {
  id: "r2",
  workspaceId: "w1",
  notebookId: "n1",
  notebook: "T",
  trigger: "manual",
  params: {},
  logicalDate: undefined,
} as const;

export function describeExecutor(name: string, candidate: Candidate): void {
  describe(name, () => {
    let bench: Workbench;
    let executor: HarnessExecutor;
    let store: ValueStore;
    let options: ExecutorOptions;

    beforeAll(async () => {
      bench = await openWorkbench();
      const data = join(bench.home, "data", "w1");
      await mkdir(data, { recursive: true });
      await writeFile(join(data, "cars.json"), JSON.stringify([{ name: "a" }, { name: "b" }]));
      await writeFile(join(data, "cars.csv"), 'name,mpg,note\na,18.5,\nb,21,"x, y"\n');
      store = createValueStore(bench.home);
      const dataDir = (workspaceId: string) => join(bench.home, "data", workspaceId);
      options = { home: bench.home, environment: bench.environment, runner: bench.runner, dataDir, slots: 4, log: () => undefined };
      executor = candidate.create(options);
      await executor.prepare();
    }, 120_000);

    afterAll(async () => {
      await executor?.close();
      await bench?.remove();
    }, 60_000);

    async function start(body: string, changes: RequestChanges = {}, on = executor) {
      const log = new AttemptLog();
      const request = toRequest(body, changes);
      const launched = await on.launch(request, log);
      if (!launched.ok) throw new Error(launched.message);
      return { log, request };
    }

    async function outputs(body: string, changes: RequestChanges = {}): Promise<Record<string, unknown>> {
      const { log } = await start(body, changes);
      const result = await log.succeeded();
      const values: Record<string, unknown> = {};
      for (const [key, ref] of Object.entries(result.outputs)) values[key] = await readValue(store, "w1", ref);
      return values;
    }

    async function failure(body: string, changes: RequestChanges = {}) {
      const { log } = await start(body, changes);
      const result = await log.result();
      if (result.status === "succeeded" || result.status === "skipped") throw new Error(`It was to fail, but ${result.status}.`);
      return { log, ...result };
    }

    test("says what cells run on by its content: the same again, and another when the runner is another", async () => {
      const digest = await executor.imageDigest(undefined);
      expect(digest).toMatch(/[0-9a-f]{64}/);
      const runner = join(bench.home, "other-runner");
      await cp(bench.runner, runner, { recursive: true });
      const same = candidate.create({ ...options, runner });
      expect(await same.imageDigest(undefined)).toBe(digest);
      await same.close();
      await appendFile(join(runner, "task.cjs"), "\n// another");
      const other = candidate.create({ ...options, runner });
      expect(await other.imageDigest(undefined)).not.toBe(digest);
      await other.close();
      expect(await executor.imageDigest("nowhere/none:1")).toContain("nowhere/none:1");
    });

    test("runs a cell and gives its values", async () => {
      const { log } = await start("const a = 1;\nconst b = { list: [1, 2, { deep: new Map([['k', new Date(0)]]) }] };\nreturn { a, b };");
      const result = await log.succeeded();
      expect(log.startedCount).toBe(1);
      expect(result.outputs.a).toMatchObject({ codec: "tree/1", summary: "number · 1" });
      expect(result.usage.peakMemoryBytes).toBeGreaterThan(1e6);
      expect(await readValue(store, "w1", result.outputs.b!)).toEqual({ list: [1, 2, { deep: new Map([["k", new Date(0)]]) }] });
    });

    test("hands inputs, lists of inputs, absent inputs and parameters to the cell", async () => {
      const { log } = await start("return { x: 5, y: 'text' }");
      const { x, y } = (await log.succeeded()).outputs;
      const inputs: Record<string, InputRef> = { x: x!, all: { list: [x!, y!] }, none: { absent: true } };
      const seen = await outputs(
        "const { x, all, none } = __heddle.inputs; return { seen: [x + 1, all, none === undefined, 'none' in __heddle.inputs, __heddle.params.rate] }",
        {
          inputs,
          params: { rate: 0.5 },
        },
      );
      expect(seen.seen).toEqual([6, [5, "text"], true, true, 0.5]);
    });

    test("expands a mapped task into its elements", async () => {
      const { log } = await start("return { fold: new Set([10, 20]), name: ['a'] }", { mode: "expand" });
      const { elements } = await log.succeeded();
      expect(await Promise.all(elements!.fold!.map((ref) => readValue(store, "w1", ref)))).toEqual([10, 20]);
      expect(elements!.name).toHaveLength(1);
    });

    test("says skipped when the cell's condition was false", async () => {
      const { log } = await start("return __heddle.skip;");
      expect((await log.result()).status).toBe("skipped");
    });

    test("tells an error with the user's own frames", async () => {
      const failed = await failure("function inner() {\n  throw new RangeError('too far');\n}\nconst x = 1;\ninner();");
      expect(failed).toMatchObject({ status: "failed", reason: "exception" });
      expect(failed.error).toMatchObject({ name: "RangeError", message: "too far" });
      expect(failed.error!.frames.map((frame) => [frame.cellKey, frame.line, frame.function])).toEqual([
        ["cell-1", 2, "inner"],
        ["cell-1", 5, undefined],
      ]);
    });

    test("fails an attempt whose promise nobody handled, and one that waits for nothing", async () => {
      expect(await failure("void Promise.reject(new Error('dropped')); return {};")).toMatchObject({
        reason: "exception",
        error: { message: "dropped" },
      });
      expect(await failure("await new Promise(() => {});")).toMatchObject({ reason: "exception" });
    });

    test("names the package that is missing, the line that wants it, and the way out", async () => {
      const failed = await failure("const x = await __heddle.import('left-pad', 'default', 'c1', 3);");
      expect(failed.error!.message).toContain('"left-pad" is not in this environment');
      expect(failed.error!.frames[0]).toMatchObject({ cell: "c1", line: 3 });
      const export_ = await failure("await __heddle.import('apache-arrow', 'Tabl', 'c1', 1);");
      expect(export_.error!.message).toContain('no export called "Tabl"');
    });

    test("imports packages of the environment, also dynamically", async () => {
      const seen = await outputs(
        "const z = await __heddle.import('zod', 'z', 'c1', 1);\nconst named = await import('zod');\nconst rewritten = await __heddle.import('zod');\nreturn { parsed: z.number().parse(4), same: [named.z === z, rewritten.z === z] };",
      );
      expect(seen).toEqual({ parsed: 4, same: [true, true] });
    });

    test("imports from the environment that a run names, which its tasks cannot change, and from no other", async () => {
      const own = join(bench.home, "environments", "own");
      await mkdir(join(own, "node_modules", "mine"), { recursive: true });
      await writeFile(join(own, "heddle-import.mjs"), "export default (name) => import(name);");
      await writeFile(
        join(own, "node_modules", "mine", "package.json"),
        '{"name":"mine","version":"1.0.0","type":"module","main":"index.js"}',
      );
      await writeFile(join(own, "node_modules", "mine", "index.js"), "export const here = import.meta.url;");
      const other = candidate.create({
        ...options,
        environmentFolder: (workspaceId, hash) =>
          hash === "known" && workspaceId === "w1"
            ? Promise.resolve(own)
            : Promise.reject(new HarnessStartError("environment", false, "The package “x” could not be had.")),
      });
      try {
        const body = `const { here } = await __heddle.import('mine', '*', 'c1', 1);
          let written = 'no';
          try { (await import('node:fs')).writeFileSync(new URL(here), 'export const here = 1'); written = 'yes'; } catch (error) { written = error.code; }
          return { there: here.endsWith('/node_modules/mine/index.js'), written };`;
        const { log } = await start(body, { environment: "known" }, other);
        const refs = (await log.succeeded()).outputs;
        expect(await readValue(store, "w1", refs.there!)).toBe(true);
        if (other.kind === "docker") expect(await readValue(store, "w1", refs.written!)).toBe("EROFS");
        // The base of the same notebook is in processes of its own.
        const base = await start("const x = await __heddle.import('mine', 'here', 'c1', 1);", {}, other);
        expect(await base.log.result()).toMatchObject({
          status: "failed",
          error: { message: expect.stringContaining('"mine" is not in this environment') as string },
        });
        const refused = await other.launch(toRequest("return {}", { environment: "unknown" }), new AttemptLog());
        expect(refused).toEqual({ ok: false, reason: "environment", retriable: false, message: "The package “x” could not be had." });
      } finally {
        await other.close();
      }
    });

    test("hands Arrow tables and JAX arrays from task to task", async () => {
      const { log } = await start(
        `const { tableFromArrays } = await __heddle.import('apache-arrow', '*', 'c1', 1);
         const { numpy } = await __heddle.import('@jax-js/jax', '*', 'c1', 1);
         return { table: tableFromArrays({ x: Float64Array.of(1, 2.5) }), array: numpy.array([[1, 2], [3, 4]]) };`,
      );
      const inputs = (await log.succeeded()).outputs;
      const seen = await outputs(
        "const { table, array } = __heddle.inputs; return { x: table.getChild('x').get(1), rows: table.numRows, array: array.js() }",
        { inputs },
      );
      expect(seen).toEqual({
        x: 2.5,
        rows: 2,
        array: [
          [1, 2],
          [3, 4],
        ],
      });
    });

    test("brings instances of the notebook's classes back as instances", async () => {
      const definition =
        "class Model { constructor(w) { this.w = w } predict(x) { return this.w * x } }\n__heddle.classes.Model = Model;\n__heddle.classes({ Model });\n";
      const { log } = await start(`${definition}return { model: new Model(3) }`);
      const inputs = (await log.succeeded()).outputs;
      expect(
        await outputs(`${definition}return { y: __heddle.inputs.model.predict(2), is: __heddle.inputs.model instanceof Model }`, {
          inputs,
        }),
      ).toEqual({ y: 6, is: true });
    });

    test("refuses a value that cannot travel, naming where it is", async () => {
      const failed = await failure("const model = { weights: [1], fit() {} };\nreturn { model };");
      expect(failed).toMatchObject({ reason: "unserializable-value" });
      expect(failed.error!.message).toContain("model.fit is a function");
    });

    test("keeps log lines in order, from console, log and the process's own streams", async () => {
      const { log } = await start(
        "for (let i = 0; i < 500; i++) console.log('line', i);\n__heddle.sdk.log.warn('careful', { a: 1 });\nprocess.stdout.write('raw ä\\nhalf');\nprocess.stderr.write('bad\\n');\nreturn {};",
      );
      await log.succeeded();
      expect(log.texts("info")).toEqual(Array.from({ length: 500 }, (_, i) => `line ${i}`));
      expect(log.texts("warn")).toEqual(["careful { a: 1 }"]);
      expect(log.texts("stdout")).toEqual(["raw ä", "half"]);
      expect(log.texts("stderr")).toEqual(["bad"]);
    });

    test("blots secrets out of logs", async () => {
      const { log } = await start(
        "console.log(`key ${__heddle.sdk.secret('KEY')}`); process.stdout.write(__heddle.sdk.secret('KEY') + '\\n'); return {}",
        { secrets: { KEY: "s3cr3t-value" } },
      );
      await log.succeeded();
      expect(log.texts().sort()).toEqual(["[secret]", "key [secret]"]);
    });

    test("counts every metric once, over all series", async () => {
      const { log } = await start(
        "for (let i = 0; i < 2500; i++) __heddle.sdk.metric('loss', 1 / i, { step: i });\n__heddle.sdk.metrics({ a: NaN, b: 2 }, 7);\nreturn {};",
      );
      await log.succeeded();
      expect(log.points.map((point) => point.seq)).toEqual(Array.from({ length: 2502 }, (_, i) => i));
      expect(log.points[0]).toMatchObject({ name: "loss", value: Infinity, step: 0 });
      expect(log.points.at(-2)).toMatchObject({ name: "a", value: NaN, step: 7 });
    });

    test("keeps artifacts, progress and displays", async () => {
      const { log } = await start(
        `__heddle.sdk.artifact('notes.txt', 'hello', { metadata: { a: 1 } });
         const fs = await __heddle.import('node:fs', '*', 'c1', 1);
         fs.writeFileSync('big.bin', Buffer.alloc(100_000, 7));
         __heddle.sdk.artifact('big.bin', { file: 'big.bin' });
         __heddle.sdk.progress(1, 2, 'half way');
         __heddle.sdk.chart({ rows: [{ x: 1, y: 2 }], x: 'x', y: 'y' });
         __heddle.display([{ a: 1, b: 'x' }]);
         return {};`,
      );
      const result = await log.succeeded();
      expect(log.artifacts.map(({ name, seq, metadata }) => ({ name, seq, metadata }))).toEqual([
        { name: "notes.txt", seq: 0, metadata: { a: 1 } },
        { name: "big.bin", seq: 1, metadata: {} },
      ]);
      expect((await store.read("w1", log.artifacts[1]!.value.hash)).equals(Buffer.alloc(100_000, 7))).toBe(true);
      expect(log.progressWords).toEqual([{ done: 1, total: 2, message: "half way" }]);
      expect(result.displays.map((display) => display.type)).toEqual(["chart", "table"]);
    });

    test("reads the workspace's data", async () => {
      const seen = await outputs(
        "const { dataset } = __heddle.sdk; const fs = await import('node:fs');\nreturn { json: await dataset('cars.json').json(), csv: await dataset('cars.csv').csv(), direct: fs.readFileSync('data/cars.csv', 'utf8').length }",
      );
      expect(seen.json).toEqual([{ name: "a" }, { name: "b" }]);
      expect(seen.csv).toEqual([
        { name: "a", mpg: 18.5, note: null },
        { name: "b", mpg: 21, note: "x, y" },
      ]);
      expect(await failure("await __heddle.sdk.dataset('none.csv').text()")).toMatchObject({
        error: { message: expect.stringContaining("none.csv") as string },
      });
    });

    if (candidate.walls)
      test("names a data file that cells may not read, and the remedy", async () => {
        await writeFile(join(bench.home, "data", "w1", "mine.csv"), "a\n1\n", { mode: 0o600 });
        const { error } = await failure("await __heddle.sdk.dataset('mine.csv').csv()");
        expect(error?.message).toContain('chmod o+r "mine.csv"');
      });

    test("stores a large value once, under the hash of its bytes, with a preview", async () => {
      const body = "const big = new Float32Array(1_000_000).map((_, i) => i % 1000);\nreturn { big };";
      const first = (await (await start(body)).log.succeeded()).outputs.big!;
      const second = (await (await start(body)).log.succeeded()).outputs.big!;
      expect(second.hash).toBe(first.hash);
      expect(first).toMatchObject({ summary: "Float32Array(1,000,000)" });
      expect(first.inline).toBeUndefined();
      const read = (await readValue(store, "w1", first)) as Float32Array;
      expect([read.length, read[1999]]).toEqual([1_000_000, 999]);
      expect(JSON.parse((await store.readPreview("w1", first.hash))!)).toMatchObject({
        type: "numbers",
        shape: [1_000_000],
        statistics: { min: 0, scanned: 250_000 },
      });
      expect(await outputs("return { sum: __heddle.inputs.big.length }", { inputs: { big: first } })).toEqual({ sum: 1_000_000 });
    });

    test("kills an endless loop at its deadline", async () => {
      expect(await failure("for (;;) {}", { limits: { timeoutMs: 200 } })).toMatchObject({ status: "failed", reason: "timeout" });
    });

    test("ends an attempt that takes more memory than it may, and says so", async () => {
      const failed = await failure(
        "const hold = [];\nfor (;;) { hold.push(Buffer.alloc(8_000_000, 1)); await new Promise(setImmediate); }",
        { limits: { memory: 256 * 1024 ** 2 } },
      );
      expect(failed).toMatchObject({ status: "failed", reason: "out-of-memory" });
      expect(failed.error!.message).toContain("256 MB");
    });

    test("cancels an attempt that runs, and one that waits", async () => {
      const { log, request } = await start("__heddle.sdk.progress(1); for (;;) {}");
      await log.until((each) => each.progressWords.length > 0);
      await executor.stop(request, "cancelled");
      expect(await log.result()).toMatchObject({ status: "cancelled", reason: "cancelled" });
      await executor.stop({ taskRunId: "unknown", attempt: 1 }, "cancelled");
    });

    test("reports a process that ends by itself", async () => {
      expect(await failure("process.reallyExit(3);")).toMatchObject({
        reason: "exit-code",
        error: { message: expect.stringContaining("code 3") as string },
      });
    });

    test("does not start the same attempt twice", async () => {
      const request = toRequest("return { x: 1 }");
      const log = new AttemptLog();
      await Promise.all([executor.launch(request, log), executor.launch(request, log)]);
      await log.succeeded();
      await executor.launch(request, log);
      const { log: next } = await start("return {}");
      await next.succeeded();
      expect(log.startedCount).toBe(1);
      expect(log.results).toHaveLength(1);
    });

    test("keeps processes of a run, never shares them between runs, and replaces those that are not clean", async () => {
      const pid = async (body: string, run: string, isolation: AttemptRequest["isolation"] = "run") => {
        const base = toRequest("");
        return (
          await outputs(`${body}\nreturn { pid: process.pid }`, { isolation, run: { ...base.run, id: run }, notebookId: "isolation" })
        ).pid;
      };
      const first = await pid("", "run-a");
      expect(await pid("", "run-a")).toBe(first);
      expect(await pid("", "run-b")).not.toBe(first);
      expect(await pid("", "run-a", "process")).not.toBe(first);
      expect(await pid("globalThis.leak = 1;", "run-a")).toBe(first);
      const second = await pid("", "run-a");
      expect(second).not.toBe(first);
      expect(await pid("setTimeout(() => {}, 1e6);", "run-a")).toBe(second);
      expect(await pid("", "run-a")).not.toBe(second);
    });

    test("hands what waits for a process that turns out to be unclean to another one", async () => {
      const leave = "const seen = globalThis.left; globalThis.left = 1;\nreturn { seen: seen === undefined, pid: process.pid };";
      const started = await Promise.all(Array.from({ length: 16 }, () => start(leave)));
      const pids = new Set<unknown>();
      for (const { log } of started) {
        const { outputs: refs } = await log.succeeded();
        expect(await readValue(store, "w1", refs.seen!)).toBe(true);
        pids.add(await readValue(store, "w1", refs.pid!));
      }
      expect(pids.size).toBe(16);
    });

    test("gives no work to a process that makes room for another run", async () => {
      const run = (id: string) => ({
        id,
        workspaceId: "w1",
        notebookId: "n1",
        notebook: "Test",
        trigger: "manual" as const,
        params: {},
        logicalDate: undefined,
      });
      // More runs than slots, by turns: each start has to push out an idle process of another run.
      const turns = Array.from({ length: 40 }, (_, n) => start("return { n: 1 };", { run: run(`turn-${n % 8}`) }));
      for (const { log } of await Promise.all(turns)) await log.succeeded();
    });

    test("gives every attempt a module scope of its own", async () => {
      const program = toProgram("let count = 0;\ncount++;\nreturn { count };");
      expect([await outputs("", { program }), await outputs("", { program })]).toEqual([{ count: 1 }, { count: 1 }]);
    });

    test("runs an attempt with isolation=container alone", async () => {
      const { log } = await start("return { x: 1 }", { isolation: "container" });
      await log.succeeded();
    });

    test("runs many at once", async () => {
      const started = await Promise.all(Array.from({ length: 200 }, (_, i) => start("return { i: __heddle.params.i }", { params: { i } })));
      const results = await Promise.all(started.map(({ log }) => log.succeeded()));
      expect(await Promise.all(results.map((result) => readValue(store, "w1", result.outputs.i!)))).toEqual(
        Array.from({ length: 200 }, (_, i) => i),
      );
    });

    test("has as many at work at once as it may, also after many quick ones and when they wait for each other", async () => {
      const quick = await Promise.all(Array.from({ length: 60 }, () => start("return { n: 1 }")));
      for (const { log } of quick) await log.succeeded();
      const place = `heddle-meeting-${crypto.randomUUID()}`;
      const meet = `const fs = await import("node:fs");
const here = (n) => "/tmp/${place}-" + n;
fs.writeFileSync(here(__heddle.params.i), "");
while (![0, 1, 2, 3].every((n) => fs.existsSync(here(n)))) await new Promise((resolve) => setTimeout(resolve, 5));
return { met: true };`;
      const all = await Promise.all([0, 1, 2, 3].map((i) => start(meet, { params: { i } })));
      for (const { log } of all) await log.succeeded();
      for (const i of [0, 1, 2, 3]) await rm(`/tmp/${place}-${i}`, { force: true });
    });

    test("loses and doubles nothing when the connection breaks", async () => {
      const { log } = await start(
        "for (let i = 0; i < 40; i++) { __heddle.sdk.metric('m', i); console.log('at', i); await new Promise((resolve) => setTimeout(resolve, 20)); }\nreturn { done: true };",
      );
      for (const wanted of [5, 15, 25]) {
        await log.until((each) => each.points.length > wanted);
        await executor.interrupt();
      }
      await log.succeeded();
      expect(log.points.map((point) => point.seq)).toEqual(Array.from({ length: 40 }, (_, i) => i));
      expect(log.texts("info")).toEqual(Array.from({ length: 40 }, (_, i) => `at ${i}`));
    });

    test("finds its attempts again after the server was killed", async () => {
      const earlier = candidate.create({ ...options, home: `${bench.home}/second` });
      const wanted = await start(
        "console.log('before'); const fs = await import('node:fs'); while (!fs.existsSync('data/go-on')) await new Promise((resolve) => setTimeout(resolve, 10)); console.log('after'); return { x: 42 }",
        {},
        earlier,
      );
      const unwanted = await start(
        "__heddle.sdk.progress(1); await new Promise((resolve) => setTimeout(resolve, 1e6)); return {}",
        {},
        earlier,
      );
      await wanted.log.until((each) => each.records.length > 0);
      await unwanted.log.until((each) => each.progressWords.length > 0);
      await earlier.abandon();
      const later = candidate.create({ ...options, home: `${bench.home}/second` });
      const log = new AttemptLog();
      log.records.push(...wanted.log.records);
      const adopted = await later.adopt((attempt) => (attempt.taskRunId === wanted.request.taskRunId ? log : undefined));
      expect(adopted).toEqual([{ taskRunId: wanted.request.taskRunId, attempt: 1 }]);
      await writeFile(join(bench.home, "data", "w1", "go-on"), "");
      const result = await log.succeeded();
      expect(log.texts("info")).toEqual(["before", "after"]);
      expect(result.outputs.x).toMatchObject({ summary: "number · 42" });
      expect(unwanted.log.results).toHaveLength(0);
      await later.close();
    });

    test("closes while an end that was heard cannot be stored: whoever starts next hears of it", async () => {
      const home = `${bench.home}/closing`;
      const earlier = candidate.create({ ...options, home });
      const deaf = new AttemptLog();
      let heard: () => void = () => undefined;
      const end = new Promise<void>((resolve) => (heard = resolve));
      // As an engine that stopped just before.
      deaf.finished = () => (heard(), new Promise(() => undefined));
      const request = toRequest("return { x: 42 }");
      expect(await earlier.launch(request, deaf)).toMatchObject({ ok: true });
      await end;
      await earlier.close();
      const later = candidate.create({ ...options, home });
      const log = new AttemptLog();
      expect(await later.adopt(() => log)).toEqual([{ taskRunId: request.taskRunId, attempt: 1 }]);
      expect((await log.succeeded()).outputs.x).toMatchObject({ summary: "number · 42" });
      await later.close();
    });

    test("lets others have the only process's place while a cell waits for another notebook, and stops its clock", async () => {
      const narrow = candidate.create({ ...options, home: `${bench.home}/narrow`, slots: 1 });
      const first = await start("return { x: 40, big: new Float64Array(100_000).fill(1) }", {}, narrow);
      const { x, big } = (await first.log.succeeded()).outputs;
      const caller = await start(
        `console.log("asking");
         const [one, two] = await Promise.all([1, 2].map((n) => __heddle.sdk.runNotebook("Other", { n })));
         return { sum: one.x + two.x + one.big.length + one.given, names: Object.keys(one) };`,
        { limits: { timeoutMs: 500 } },
        narrow,
      );
      await caller.log.until((log) => log.parkings.length > 0 && log.records.length > 0);
      expect(caller.log.calls.map(({ word }) => word)).toEqual([
        { call: 0, notebook: "Other", params: { n: 1 }, nth: 0 },
        { call: 1, notebook: "Other", params: { n: 2 }, nth: 0 },
      ]);
      expect(caller.log.parkings[0]).toEqual([0, 1]);
      // Longer than the caller may take, in the only slot there is.
      const other = await start(
        "const until = Date.now() + 600; while (Date.now() < until); return { done: 1 }",
        { run: otherRun },
        narrow,
      );
      await other.log.succeeded();
      // What was asked is asked again when the connection was lost.
      await narrow.interrupt();
      await caller.log.until((log) => log.calls.length === 4 && log.parkings.length === 2);
      const answered = { ok: true, run: { id: "r9", number: 9 }, params: { given: 2 } } as const;
      const ref = ({ hash, codec, inline }: ValueRef) => ({ hash, codec, ...(inline === undefined ? {} : { inline }) });
      caller.log.calls[2]!.answer({ ...answered, outputs: { x: ref(x!), big: ref(big!) } });
      await caller.log.until((log) => log.parkings.length === 3);
      expect(caller.log.parkings[2]).toEqual([1]);
      caller.log.calls[3]!.answer({ ...answered, outputs: { x: ref(x!) } });
      const result = await caller.log.succeeded();
      expect(result.calls).toBe(2);
      const later = createValueStore(`${bench.home}/narrow`);
      expect(await readValue(later, "w1", result.outputs.sum!)).toBe(40 + 40 + 100_000 + 2);
      expect(await readValue(later, "w1", result.outputs.names!)).toEqual(["x", "big", "given"]);
      await narrow.close();
    });

    test("tells a cell why another notebook gave nothing, at the line that called it", async () => {
      const { log } = await start("const before = 1;\nawait __heddle.sdk.runNotebook('Other', { bad: undefined });\nreturn {};", {});
      await log.until((each) => each.parkings.length > 0);
      const refusal = { ok: false, status: "failed", reason: "exception", notebook: "Other", run: { id: "r9", number: 9 } } as const;
      log.calls[0]!.answer({ ...refusal, message: "Run 9 of “Other” failed." });
      expect(log.calls[0]!.word.params).toEqual({});
      expect(await log.result()).toMatchObject({
        status: "failed",
        reason: "exception",
        error: { name: "NotebookRunError", message: "Run 9 of “Other” failed.", frames: [{ cell: "c1", line: 2 }] },
      });
      const failed = await failure("await __heddle.sdk.runNotebook('Other', { model: { fit() {} } }); return {}");
      expect(failed.error!.message).toContain("model.fit is a function");
    });

    test("stops an attempt that waits for another notebook", async () => {
      const { log, request } = await start("await __heddle.sdk.runNotebook('Other'); return {}");
      await log.until((each) => each.parkings.length > 0);
      await executor.stop(request, "cancelled");
      expect(await log.result()).toMatchObject({ status: "cancelled" });
    });

    test("refuses what this machine cannot give, in words", async () => {
      const refused = await executor.launch(toRequest("return {}", { limits: { gpu: 1 } }), new AttemptLog());
      expect(refused).toMatchObject({ ok: false, reason: "image", retriable: false, message: expect.stringContaining("gpu=1") as string });
      const image = await executor.launch(toRequest("return {}", { image: "no-such-image:1" }), new AttemptLog());
      expect(image).toMatchObject({ ok: false, reason: "image", message: expect.stringContaining("no-such-image:1") as string });
    });

    test("gives a cell no credentials", async () => {
      process.env.HEDDLE_CANARY = "canary";
      const seen = await outputs("return { names: Object.keys(process.env).sort() }");
      delete process.env.HEDDLE_CANARY;
      expect(seen.names).toEqual(expect.not.arrayContaining(["HEDDLE_CANARY", "DATABASE_URL"]));
      expect((seen.names as string[]).filter((each) => !["HOME", "LANG", "NODE_ENV", "PATH", "TMPDIR", "TZ"].includes(each))).toEqual([]);
    });

    test("cuts an endless log and says so", async () => {
      const { log } = await start(
        "const line = 'x'.repeat(1023) + '\\n';\nconst block = line.repeat(1024);\nfor (let i = 0; i < 80; i++) process.stdout.write(block);\nreturn {};",
      );
      await log.succeeded();
      const kept = log.texts("stdout").reduce((sum, text) => sum + text.length + 1, 0);
      expect(kept).toBeLessThanOrEqual(65 * 1024 * 1024);
      expect(log.texts("system")).toEqual([expect.stringContaining("64 MB"), expect.stringContaining("were cut")]);
    }, 60_000);

    if (!candidate.walls) return;

    test("reports attempts as lost when their container dies, and starts another for the next", async () => {
      const { log } = await start("__heddle.sdk.progress(1); await new Promise((resolve) => setTimeout(resolve, 1e6));", {
        notebookId: "doomed",
      });
      await log.until((each) => each.progressWords.length > 0);
      await candidate.killHarness!(bench.home, "doomed");
      expect(await log.result()).toMatchObject({ status: "lost", reason: "node-lost" });
      const next = await start("return {}", { notebookId: "doomed" });
      await next.log.succeeded();
    });

    test("has no network", async () => {
      const failed = await failure("await fetch('http://169.254.169.254/', { signal: AbortSignal.timeout(3000) });");
      expect(failed.reason).toBe("exception");
      const seen = await outputs(
        "const { networkInterfaces } = await import('node:os'); return { names: Object.keys(networkInterfaces()).filter((name) => name !== 'lo') }",
      );
      expect(seen.names).toEqual([]);
    });

    test("cannot write outside of its scratch folder and /tmp", async () => {
      const seen = await outputs(
        `const fs = await import('node:fs');
         const codes = {};
         for (const path of ['/x', '/heddle/x', '/heddle/store/x', '/heddle/data/x', '/heddle/environment/x', '/heddle/runner/task.cjs', '/usr/x', 'data/x', '/tmp/x', 'x']) {
           try { fs.writeFileSync(path, '1'); codes[path] = 'written'; } catch (error) { codes[path] = error.code; }
         }
         return { codes };`,
      );
      const codes = seen.codes as Record<string, string>;
      expect(
        Object.keys(codes)
          .filter((path) => codes[path] === "written")
          .sort(),
      ).toEqual(["/tmp/x", "x"]);
    });

    test("cannot reach the harness: neither its memory, nor its socket, nor by signal", async () => {
      const seen = await outputs(
        `const fs = await import('node:fs');
         const attempt = (action) => { try { action(); return 'done'; } catch (error) { return error.code; } };
         const harness = process.ppid;
         return { all: [
           process.getuid() >= 65001,
           attempt(() => fs.openSync('/proc/' + harness + '/mem', 'r')),
           attempt(() => fs.readFileSync('/proc/' + harness + '/environ')),
           attempt(() => fs.readdirSync('/heddle/socket')),
           attempt(() => process.kill(harness, 'SIGKILL')),
           attempt(() => process.setuid(0)),
         ], status: fs.readFileSync('/proc/self/status', 'utf8') };`,
      );
      expect(seen.all).toEqual([true, "EACCES", "EACCES", "EACCES", "EPERM", "EPERM"]);
      expect(seen.status).toMatch(/CapEff:\s+0000000000000000/);
      expect(seen.status).toMatch(/NoNewPrivs:\s+1/);
    });
  });
}
