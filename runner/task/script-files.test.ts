import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { installEnvironment } from "@/server/executor/environment";
import { Environment } from "./environment";
import { readScriptOutput, writeScriptInput } from "./script-files";

let folder: string;
let environment: Environment;

beforeAll(async () => {
  const root = process.cwd();
  const installed = await installEnvironment({
    home: path.join(root, "node_modules/.cache/heddle-test"),
    source: path.join(root, "environment"),
  });
  environment = new Environment(installed.folder);
}, 120_000);
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-script-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const json = (name: string) => JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), "utf8")) as unknown;
const names = () => fs.readdirSync(folder).sort();

interface Table {
  readonly numRows: number;
  toArray(): { toJSON(): unknown }[];
}

test("tables go in as JSON and as Arrow, and Arrow comes back as a table", async () => {
  const rows = Array.from({ length: 2501 }, (_, n) => ({ n, word: `w${n % 3}` }));
  await writeScriptInput(folder, "rows", rows, environment);
  expect(json("rows")).toEqual(rows);
  const table = (await readScriptOutput(folder, "other", environment).catch((error: Error) => error.message)) as string;
  expect(table).toContain("without writing out/other.json");
  fs.rmSync(path.join(folder, "rows.json"));
  const back = (await readScriptOutput(folder, "rows", environment)) as Table;
  expect([back.numRows, back.toArray()[2500]!.toJSON()]).toEqual([2501, { n: 2500, word: "w1" }]);
  // The table itself goes in as rows again.
  await writeScriptInput(folder, "again", back, environment);
  expect((json("again") as unknown[])[1]).toEqual({ n: 1, word: "w1" });
});

test("columns and typed arrays go in as Arrow too; bytes only as they are; mixed rows only as JSON", async () => {
  await writeScriptInput(folder, "columns", { a: new Float64Array([1, 2]), b: [3, 4] }, environment);
  await writeScriptInput(folder, "numbers", new Int16Array([1, -2]), environment);
  await writeScriptInput(folder, "bytes", new Uint8Array([1, 2]), environment);
  await writeScriptInput(folder, "scalar", 42, environment);
  await writeScriptInput(folder, "nothing", undefined, environment);
  expect(names()).toEqual([
    "bytes.bin",
    "columns.arrow",
    "columns.json",
    "nothing.json",
    "numbers.arrow",
    "numbers.bin",
    "numbers.json",
    "scalar.json",
  ]);
  expect(json("columns")).toEqual({ a: [1, 2], b: [3, 4] });
  expect(fs.readFileSync(path.join(folder, "numbers.bin"))).toEqual(Buffer.from([1, 0, 254, 255]));
  expect(json("nothing")).toBeNull();
});

test("what is no Arrow file says so", async () => {
  fs.writeFileSync(path.join(folder, "x.arrow"), "not arrow at all, really not");
  await expect(readScriptOutput(folder, "x", environment)).rejects.toThrow(/out\/x\.arrow is no Arrow/);
});
