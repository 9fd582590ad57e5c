import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compile } from "@/pipelines/compile/compile";
import { parse } from "@/pipelines/notebook/parse";
import { installEnvironment } from "../executor/environment";
import { exampleData, exampleDataPackage, seedExampleData } from "./example-data";

const root = path.join(import.meta.dirname, "../..");
let environment: string;
let folder: string;

beforeAll(async () => {
  const home = path.join(root, "node_modules/.cache/heddle-test");
  environment = (await installEnvironment({ home, source: path.join(root, "environment") })).folder;
  folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "heddle-data-")), "data/w1");
}, 120_000);
afterAll(() => fs.rmSync(path.join(folder, "../.."), { recursive: true, force: true }));

test("the files arrive as the package publishes them, and nothing else is left in the folder", async () => {
  const files: string[] = exampleData.map(({ file }) => file);
  expect(await seedExampleData(environment, folder)).toEqual(files);
  expect(fs.readdirSync(folder).sort()).toEqual([...files].sort());
  for (const file of files) {
    const published = path.join(environment, "node_modules", exampleDataPackage.name, exampleDataPackage.folder, file);
    expect(fs.readFileSync(path.join(folder, file)).equals(fs.readFileSync(published))).toBe(true);
  }
});

test("a file of the same name that is there already is the owner's, and stays", async () => {
  fs.writeFileSync(path.join(folder, "cars.json"), "[]");
  fs.rmSync(path.join(folder, "penguins.json"));
  expect(await seedExampleData(environment, folder)).toEqual(["penguins.json"]);
  expect(fs.readFileSync(path.join(folder, "cars.json"), "utf8")).toBe("[]");
});

test("every file that an example names is among them", () => {
  const files: string[] = exampleData.map(({ file }) => file);
  const examples = path.join(root, "pipelines/examples");
  const named = fs
    .readdirSync(examples)
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => compile(parse(fs.readFileSync(path.join(examples, name), "utf8"))).dag.tasks)
    .flatMap(({ datasets }) => [...datasets]);
  expect([...new Set(named)].sort()).toEqual([...files].sort());
});
