import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { compile } from "@/pipelines/compile/compile";
import { parse } from "@/pipelines/notebook/parse";
import { main } from "./heddle";

let folder: string;
const printed: string[] = [];
const complained: string[] = [];
const homeBefore = process.env.HEDDLE_HOME;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-cli-"));
  process.env.HEDDLE_HOME = path.join(folder, "home");
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => void complained.push(line));
});

beforeEach(() => {
  printed.length = complained.length = 0;
});

afterAll(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  if (homeBefore === undefined) delete process.env.HEDDLE_HOME;
  else process.env.HEDDLE_HOME = homeBefore;
  fs.rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  fs.writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}

/** Exit code and what was printed. */
async function heddle(...args: string[]): Promise<{ code: number; json: () => never; text: string; complaint: string }> {
  process.exitCode = 0;
  await main(["node", "heddle", ...args]);
  const code = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  const text = printed.splice(0).join("\n");
  return { code, text, complaint: complained.splice(0).join("\n"), json: () => JSON.parse(text) as never };
}

const good = `// %% Settings [params]
import { param } from "heddle";
const count = param(3, { min: 1, max: 10, integer: true });
const word = param("a");

// %% Numbers
const numbers = Array.from({ length: count }, (_, n) => n);

// %% Square each="n of numbers"
import { metric } from "heddle";
metric("n", n, { step: n });
const square = n * n;

// %% Sum
export const sum = square.reduce((a, b) => a + b, 0);
export const words = { word, list: square };
`;

test("compile prints the tasks, parameters, outputs and diagnostics", async () => {
  const { code, json } = await heddle("compile", write("good.ts", good), "--json");
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    tasks: [
      { key: "numbers", kind: "code", needs: [], params: ["count"] },
      { key: "square", needs: [{ task: "numbers", names: ["numbers"] }], options: { each: "n of numbers" } },
      { key: "sum", needs: [{ task: "square", names: ["square"] }], params: ["word"] },
    ],
    params: [
      { name: "count", default: 3 },
      { name: "word", default: "a" },
    ],
    outputs: [
      { name: "sum", task: "sum" },
      { name: "words", task: "sum" },
    ],
    diagnostics: [],
  });
});

test("compile exits 1 with errors and says where they are", async () => {
  const { code, json } = await heddle("compile", write("bad.ts", "// %% A\nconst a = 1;\n\n// %% B\na = 2;\n"), "--json");
  expect(code).toBe(1);
  expect(json()).toMatchObject({ diagnostics: [{ code: "foreign-assignment", severity: "error", cell: "b", line: 1, column: 1 }] });
});

test("a file that is not there, an unknown command and a bad parameter are bad usage", async () => {
  expect(await heddle("compile", "nothing.ts")).toMatchObject({ code: 2, complaint: "There is no file nothing.ts." });
  expect((await heddle("run", write("good.ts", good), "-p", "count=11", "-p", "nope=1")).complaint).toMatch(/"count".*10[\s\S]*"nope"/);
  expect((await heddle("run", write("good.ts", good), "-p", "count")).code).toBe(2);
});

test("run exits 2 with compile errors and runs nothing", async () => {
  expect(await heddle("run", write("bad.ts", "// %% A\nconst a = ;\n"), "--json")).toMatchObject({ code: 2, text: "" });
});

test("fmt writes the file as Heddle writes it, and --check only says so", async () => {
  const file = write("odd.ts", "//%%   A\nconst a = 1;\r\n\r\n\r\n");
  expect((await heddle("fmt", file, "--check")).code).toBe(1);
  expect((await heddle("fmt", file)).code).toBe(0);
  expect((await heddle("fmt", file, "--check")).code).toBe(0);
});

test(
  "run tells tasks, outputs and metrics; the second time comes from the cache; --no-cache runs again",
  { timeout: 120_000 },
  async () => {
    const file = write("good.ts", good);
    const first = await heddle("run", file, "-p", "count=4", "-p", "word=7", "--executor", "process", "--json");
    expect(first.code).toBe(0);
    const report = first.json() as { tasks: { key: string; mapIndex?: number; status: string; cachedFrom?: string }[] };
    expect(report).toMatchObject({
      run: { status: "succeeded" },
      outputs: { sum: 14, words: { word: "7", list: [0, 1, 4, 9] } },
      metrics: { n: { count: 4, min: 0, max: 3 } },
    });
    expect(report.tasks.map(({ key, mapIndex, status }) => [key, mapIndex, status])).toEqual([
      ["numbers", undefined, "succeeded"],
      ["square", 0, "succeeded"],
      ["square", 1, "succeeded"],
      ["square", 2, "succeeded"],
      ["square", 3, "succeeded"],
      ["sum", undefined, "succeeded"],
    ]);
    const second = (await heddle("run", file, "-p", "count=4", "-p", "word=7", "--executor", "process", "--json")).json() as typeof report;
    expect(second.tasks.every(({ status, cachedFrom }) => status === "cached" && cachedFrom !== undefined)).toBe(true);
    expect(second).toMatchObject({ outputs: { sum: 14 }, metrics: { n: { count: 4 } } });
    const third = (await heddle("run", file, "-p", "count=4", "--executor", "process", "--no-cache", "--json")).json() as typeof report;
    expect(third.tasks.every(({ status }) => status === "succeeded")).toBe(true);
  },
);

test("run exits 1 when a task fails, with its reason", { timeout: 120_000 }, async () => {
  const file = write("fails.ts", '// %% A\nconst a: number = JSON.parse("{");\n\n// %% B\nexport const b = a + 1;\n');
  const { code, json } = await heddle("run", file, "--executor", "process", "--json");
  expect(code).toBe(1);
  expect(json()).toMatchObject({
    run: { status: "failed" },
    tasks: [
      { key: "a", status: "failed", reason: "exception" },
      { key: "b", status: "skipped", reason: "upstream-failed" },
    ],
  });
});

test("run reads the data folder beside the notebook", { timeout: 120_000 }, async () => {
  fs.mkdirSync(path.join(folder, "data"), { recursive: true });
  fs.writeFileSync(path.join(folder, "data/rows.json"), "[1, 2, 3]");
  const file = write(
    "reads.ts",
    '// %% A\nimport { dataset } from "heddle";\nexport const rows = await dataset("rows.json").json<number[]>();\n',
  );
  expect((await heddle("run", file, "--executor", "process", "--json")).json()).toMatchObject({ outputs: { rows: [1, 2, 3] } });
});

test("run finds the notebooks that a cell runs beside the file, by path, title or name", async () => {
  write(
    "other.ts",
    '// ---\n// title: The other one\n// ---\n\n// %% P [params]\nimport { param } from "heddle";\nconst n = param(1);\n\n// %% Twice\nexport const twice = 2 * n;\n',
  );
  const calls = ["./other.ts", "The other one", "other"].map(
    (name, n) => `(await runNotebook<{ twice: number }>(${JSON.stringify(name)}, { n: ${n} })).twice`,
  );
  const file = write(
    "caller.ts",
    `// %% Call\nimport { runNotebook } from "heddle";\nexport const all = [${calls.join(", ")}];\nexport const refusal = await runNotebook("othr").catch((error) => error.message as string);\n`,
  );
  const { code, json } = await heddle("run", file, "--json", "--executor", "process");
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    outputs: { all: [0, 2, 4], refusal: expect.stringContaining("There is no notebook called “othr”. Did you mean “other”?") },
  });
}, 120_000);

const asks = `// %% Train
export const error = 0.25;

// %% Promote [approval] form="rate:number, tier:gold|silver=gold"
// The error is \${error}.

// %% Deploy
export const deployed = [rate * 2, tier];

// %% Aside
export const aside = 1;
`;

test("run answers approvals from its options, and refuses to begin what nobody can answer", { timeout: 120_000 }, async () => {
  const file = write("asks.ts", asks);
  const refused = await heddle("run", file, "--executor", "process", "--json");
  expect(refused).toMatchObject({ code: 2, text: "" });
  expect(refused.complaint).toContain("--approve promote");
  expect((await heddle("run", file, "--approve", "promote", "--json")).complaint).toContain('"rate" is not filled in');
  expect((await heddle("run", file, "--answer", "promote.rate=much", "--json")).complaint).toContain('"rate" has to be a number');
  const approved = await heddle("run", file, "--executor", "process", "--json", "--answer", "promote.rate=1.5");
  expect(approved.code).toBe(0);
  expect(approved.json()).toMatchObject({ outputs: { deployed: [3, "gold"] } });
  const rejected = await heddle("run", file, "--executor", "process", "--json", "--reject");
  expect(rejected.code).toBe(1);
  expect(rejected.json()).toMatchObject({ run: { status: "failed", reason: "rejected" } });
});

test("run takes targets, and --dry-run tells what would run without running it", { timeout: 120_000 }, async () => {
  const file = write("targets.ts", asks);
  const aside = await heddle("run", file, "--executor", "process", "--json", "--target", "train", "aside");
  expect(aside.json()).toMatchObject({
    run: { status: "succeeded" },
    tasks: expect.arrayContaining([expect.objectContaining({ key: "promote", status: "skipped", reason: "not-targeted" })]) as unknown,
  });
  const dry = await heddle("run", file, "--executor", "process", "--json", "--dry-run");
  expect(dry.code).toBe(0);
  const { tasks } = dry.json() as { tasks: { key: string; verdict: string; on: string[] }[] };
  expect(Object.fromEntries(tasks.map(({ key, verdict, on }) => [key, [verdict, ...on].join(" ")]))).toEqual({
    train: "cached",
    aside: "cached",
    promote: "waits",
    deploy: "depends promote",
  });
  expect((await heddle("run", file, "--target", "nowhere")).complaint).toContain("There is no task nowhere");
});

test("the commands in the README name parameters that the notebook has", () => {
  const commands = [...fs.readFileSync("README.md", "utf8").matchAll(/npx heddle run (\S+\.ts)(.*)/g)];
  expect(commands.length).toBeGreaterThan(0);
  for (const [, file, rest] of commands) {
    const { dag } = compile(parse(fs.readFileSync(file!, "utf8")));
    for (const [, name] of rest!.matchAll(/-p (\w+)=/g)) expect(dag.params.map((param) => param.name)).toContain(name);
  }
});
