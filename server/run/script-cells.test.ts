/** Script cells end to end: real interpreters, as local processes and in containers of an image without Node. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { findEngine } from "../executor/docker/find-engine";
import { dockerExecutor, hear, openWorkbench, reached, type RunSummary, type Workbench } from "./testing/workbench";
import { makeToolImage } from "./testing/tool-image";

const run = promisify(execFile);
const has = async (program: string) =>
  run(program, ["--version"]).then(
    () => true,
    () => false,
  );
const engine = await findEngine();
const here = { python3: await has("python3"), Rscript: await has("Rscript") };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** The body of a script cell. */
const body = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => `// ${line}`)
    .join("\n");

function describeScripts(
  name: string,
  open: () => Promise<{ bench: Workbench; image: string; hasPython: boolean; inside: boolean }>,
): void {
  describe(name, () => {
    let bench: Workbench;
    let image: string;
    let hasPython: boolean;
    let inside: boolean;
    beforeAll(async () => {
      ({ bench, image, hasPython, inside } = await open());
    });
    afterAll(() => bench?.close());

    const logs = async (summary: RunSummary, key: string, attempt = 1) =>
      (await bench.engine.logs.read({ workspaceId: "w1", runId: summary.id, taskRunId: summary.tasks[key]!.id, attempt }, 0, 10_000))
        .records;
    const error = async (summary: RunSummary, key: string) => {
      const { rows } = await bench.pool.query<{ error: { message: string } }>("select error from task_run where id = $1", [
        summary.tasks[key]!.id,
      ]);
      return rows[0]!.error.message;
    };
    const metrics = async (summary: RunSummary) =>
      (
        await bench.pool.query<{ name: string; step: number; value: number }>(
          "select s.name, p.step, p.value from metric_series s join metric_point p on p.series_id = s.id where s.run_id = $1 order by s.name, p.seq",
          [summary.id],
        )
      ).rows;

    test("bash: reads what it names, gives what it promises, prints into the log", async () => {
      const summary = await bench.run(
        `// %% Parameters [params]\nconst who = param("Ada");\n// %% Rows\nconst rows = [{ n: 1, name: "a" }, { n: 2, name: "b" }];\n` +
          `// %% Shout [script]${image} run=bash in=rows,who out=loud,raw\n` +
          body(`
echo "run $HEDDLE_RUN task $HEDDLE_TASK attempt $HEDDLE_ATTEMPT" 
echo "to stderr" >&2
cat in/rows.json
printf '"%s!"' "$(cat in/who.json | tr -d '"')" > out/loud.json
printf 'bytes' > out/raw.bin
`) +
          `\n// %% Use\nexport const said = loud + new TextDecoder().decode(raw);\n`,
        { params: { who: "Grace" } },
      );
      expect([summary.status, summary.message]).toEqual(["succeeded", undefined]);
      expect(summary.tasks.use!.outputs.said).toBe(`string · "Grace!bytes"`);
      const records = await logs(summary, "shout");
      const of = (level: string) => records.filter((one) => one.level === level).map(({ text }) => text);
      expect(of("stdout")[0]).toBe(`run ${summary.id} task shout attempt 1`);
      expect(of("stdout")[1]).toBe('[{"n":1,"name":"a"},{"n":2,"name":"b"}]');
      expect(of("stderr")).toEqual(["to stderr"]);
      // Said aloud where there is no image.
      expect(of("system")).toEqual(inside || image === "" ? [] : [expect.stringContaining("not in the image")]);
    });

    test("python: JSON, Arrow and bytes come in, metrics arrive, artifacts are kept", async () => {
      if (!hasPython) return expectAbsent("python3", "Python");
      const summary = await bench.run(
        `// %% Data\nconst rows = Array.from({ length: 2500 }, (_, n) => ({ n, half: n / 2 }));\nconst weights = new Float32Array([0.5, 1.5]);\n` +
          `const blob = new Uint8Array([1, 2, 250]);\nconst odd = { when: new Date(0), many: new Map([["a", 1]]), big: 12345678901234567890n, gap: undefined, blob };\n` +
          `// %% Train [script]${image} run=python in=rows,weights,blob,odd out=total,seen\n` +
          body(`
import json, os, array
rows = json.load(open("in/rows.json"))
weights = array.array("f"); weights.frombytes(open("in/weights.bin", "rb").read())
blob = open("in/blob.bin", "rb").read()
assert not os.path.exists("in/blob.json")
odd = json.load(open("in/odd.json"))
assert odd == {"when": "1970-01-01T00:00:00.000Z", "many": [["a", 1]], "big": "12345678901234567890", "blob": "AQL6"}, odd
with open(os.environ["HEDDLE_METRICS"], "a") as metrics:
    for step in range(3):
        print(json.dumps({"name": "loss", "value": 1 / (step + 1), "step": step}), file=metrics, flush=True)
    print(json.dumps({"name": "gap", "value": float("nan")}), file=metrics)
    print("no json", file=metrics)
os.makedirs("out/artifacts/deep")
open("out/artifacts/deep/report.txt", "w").write("done")
json.dump(sum(row["n"] for row in rows), open("out/total.json", "w"))
json.dump([len(rows), list(weights), list(blob), os.path.exists("in/rows.arrow")], open("out/seen.json", "w"))
`) +
          `\n// %% Use\nexport const result = total;\nexport const facts = seen;\n`,
      );
      expect([summary.status, summary.status === "failed" ? await error(summary, "train") : ""]).toEqual(["succeeded", ""]);
      expect(summary.tasks.use!.outputs.result).toBe(`number · ${(2499 * 2500) / 2}`);
      expect((await metrics(summary)).map(({ name, step }) => `${name} ${step}`)).toEqual(["gap 0", "loss 0", "loss 1", "loss 2"]);
      expect((await logs(summary, "train")).find(({ level }) => level === "warn")?.text).toContain("line 5 was ignored: it is no JSON");
      const { rows } = await bench.pool.query("select name, value->>'bytes' as bytes from artifact where run_id = $1", [summary.id]);
      expect(rows).toEqual([{ name: "deep/report.txt", bytes: "4" }]);
    });

    test("Arrow goes in and comes back, where the environment has the package", async () => {
      const summary = await bench.run(
        `// %% Data\nconst rows = [{ n: 1 }, { n: 2 }];\n// %% Copy [script]${image} run=bash in=rows out=back\n` +
          body(`[ -f in/rows.arrow ] && cat in/rows.arrow > out/back.arrow || echo '"no arrow"' > out/back.json`) +
          `\n// %% Use\nexport const count = typeof back === "string" ? back : back.numRows;\n`,
      );
      expect(summary.status).toBe("succeeded");
      // The bare environment of this bench has no packages; runner/task/script-files.test.ts has Arrow.
      expect(summary.tasks.use!.outputs.count).toBe(`string · "no arrow"`);
    });

    test("a failing script ends with its code and its last lines", async () => {
      const summary = await bench.run(
        `// %% Fail [script]${image} run=bash\n${body('for i in $(echo {1..40}); do echo "line $i"; done\necho "it broke" >&2\nexit 3')}\n`,
      );
      expect([summary.status, summary.tasks.fail!.reason]).toEqual(["failed", "exit-code"]);
      const message = await error(summary, "fail");
      expect(message).toMatch(/^The script ended with exit code 3\. Its last lines:\n/);
      expect(message).toContain("it broke");
      expect(message).toContain("line 40");
      expect(message).not.toContain("line 10\n");
    });

    test("a promise of out= that is not kept, or is no JSON, fails in words", async () => {
      const summary = await bench.run(
        `// %% None [script]${image} run=bash out=a\n${body("true")}\n// %% Broken [script]${image} run=bash out=b\n${body("echo '{' > out/b.json")}\n` +
          `// %% Two [script]${image} run=bash out=c\n${body("echo 1 > out/c.json; echo 1 > out/c.bin")}\n`,
      );
      expect(await error(summary, "none")).toContain("without writing out/a.json");
      expect(await error(summary, "broken")).toContain("out/b.json is no JSON");
      expect(await error(summary, "two")).toContain("out/c.json and out/c.bin");
    });

    test("an interpreter that is not there fails with what to install", async () => {
      await expectAbsent("no-such-language", "no-such-language");
      if (inside || !here.Rscript) await expectAbsent("Rscript", inside ? "r-base" : "r-base-core");
      else {
        const summary = await bench.run(
          `// %% R [script] run=Rscript out=x\n${body('cat(6 * 7, file = "out/x.json")')}\n// %% Use\nexport const answer = x;\n`,
        );
        expect(summary.tasks.use!.outputs.answer).toBe("number · 42");
      }
    });

    async function expectAbsent(program: string, remedy: string): Promise<void> {
      const summary = await bench.run(`// %% Absent [script]${image} run=${program}\n${body("x")}\n`);
      expect([summary.status, summary.tasks.absent!.reason]).toEqual(["failed", "image"]);
      const message = await error(summary, "absent");
      expect(message).toContain(`There is no program "${program}"`);
      expect(message).toContain(remedy);
    }

    test("a timeout ends the whole tree, also what went into a session of its own", async () => {
      const mark = `${4_000_000 + Math.floor(Math.random() * 100_000)}`;
      const summary = await bench.run(
        `// %% Slow [script]${image} run=bash timeout=700ms\n${body(`sleep ${mark} &\nsetsid sleep ${mark} &\necho started\n(sleep ${mark})`)}\n`,
      );
      expect([summary.status, summary.tasks.slow!.reason]).toEqual(["failed", "timeout"]);
      expect((await logs(summary, "slow")).map(({ text }) => text)).toContain("started");
      await gone(mark);
    });

    test("a cancelled run takes its script with it; what a script leaves behind goes when it ends", async () => {
      const mark = `${4_200_000 + Math.floor(Math.random() * 100_000)}`;
      const left = await bench.run(
        `// %% Leave [script]${image} run=bash\n${body(`setsid sleep ${mark} > /dev/null 2>&1 &\necho done`)}\n`,
      );
      expect(left.status).toBe("succeeded");
      await gone(mark);
      const submitted = await bench.submit(`// %% Wait [script]${image} run=bash\n${body(`echo here\nsleep ${mark}`)}\n`);
      if (!submitted.ok) throw new Error(submitted.message);
      await reached(bench.pool, submitted.id, "wait", "running");
      await hearLine(submitted.id);
      await bench.engine.cancel(submitted.id, "Ada");
      await hear((news) => news.type === "changed" && news.runId === submitted.id && news.ended);
      expect((await bench.summary(submitted.id)).tasks.wait!.status).toBe("cancelled");
      await gone(mark);
    });

    test("a script that takes more memory than it may is ended, and says so", async () => {
      if (!hasPython) return expectAbsent("python3", "Python");
      const summary = await bench.run(
        `// %% Hungry [script]${image} run=python3 memory=256MB\n${body("import time\nhold = []\nwhile True:\n    hold.append(bytearray(b'x') * 20_000_000)\n    time.sleep(0.02)")}\n`,
      );
      expect([summary.status, summary.tasks.hungry!.reason]).toEqual(["failed", "out-of-memory"]);
    });

    test("is stored under its text: the same script is not run again, another is", async () => {
      const text = (word: string) =>
        `// %% Make [script]${image} run=bash out=x\n${body(`echo '"${word}"' > out/x.json`)}\n// %% Use\nexport const y = x;\n`;
      expect((await bench.run(text("one"))).tasks.make!.status).toBe("succeeded");
      expect((await bench.run(text("one"))).tasks.make!.status).toBe("cached");
      const other = await bench.run(text("two"));
      expect([other.tasks.make!.status, other.tasks.use!.outputs.y]).toEqual(["succeeded", `string · "two"`]);
    });

    async function hearLine(runId: string): Promise<void> {
      const { rows } = await bench.pool.query<{ id: string }>("select id from task_run where run_id = $1", [runId]);
      for (;;) {
        const heard = hear((news) => news.type === "logs" && news.runId === runId);
        const { total } = await bench.engine.logs.read({ workspaceId: "w1", runId, taskRunId: rows[0]!.id, attempt: 1 }, 0, 10);
        if (total > 0) return;
        await heard;
      }
    }
  });
}

/** No process on this machine (containers are seen from outside, too) has this word among its arguments. */
async function gone(mark: string): Promise<void> {
  const holds = () =>
    readdirSync("/proc").some((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").includes(mark);
      } catch {
        return false;
      }
    });
  await expect.poll(holds, { timeout: 5000, interval: 20 }).toBe(false);
}

describeScripts("scripts as local processes", async () => ({
  bench: await openWorkbench(database.url, { instance: "script-process" }),
  image: " image=python:3.12",
  hasPython: here.python3,
  inside: false,
}));

if (engine.ok) {
  describeScripts("scripts in containers", async () => {
    const { tag, hasPython } = await makeToolImage();
    return {
      bench: await openWorkbench(database.url, { executor: dockerExecutor, instance: "script-docker" }),
      image: ` image=${tag}`,
      hasPython,
      inside: true,
    };
  });

  test("an image that is not there is named, with how to get it", async () => {
    const bench = await openWorkbench(database.url, { executor: dockerExecutor, instance: "script-missing" });
    const summary = await bench.run(`// %% A [script] image=no-such-image:1 run=bash\n// true\n`);
    expect(summary.tasks.a!.reason).toBe("image");
    const { rows } = await bench.pool.query<{ error: { message: string } }>("select error from task_run where id = $1", [
      summary.tasks.a!.id,
    ]);
    expect(rows[0]!.error.message).toContain("docker pull no-such-image:1");
    await bench.close();
  });
} else {
  describe.skip(`scripts in containers: NOT RUN, ${engine.why}`, () => test("scripts", () => undefined));
}
