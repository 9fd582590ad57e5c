/** Files of other kinds from the command line, and packages of a file that is run. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { makePackage, startRegistry, type TestRegistry } from "@/server/environment/testing/registry";
import { installEnvironment } from "@/server/executor/environment";
import { main } from "./heddle";

let dir: string;
let registry: TestRegistry;
beforeAll(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-exchange-"));
  registry = await startRegistry([makePackage("twice", "1.0.0")], path.join(dir, "cache"));
});
afterAll(async () => {
  await registry.close();
  fs.rmSync(dir, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function heddle(...args: string[]): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  for (const method of ["log", "error"] as const) vi.spyOn(console, method).mockImplementation((line: string) => void said.push(line));
  process.exitCode = 0;
  await main(["node", "heddle", ...args]);
  const code = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { code, said: said.join("\n") };
}
const at = (name: string) => path.join(dir, name);

test("a file goes to Jupyter's kind and comes back the same", async () => {
  vi.stubEnv("HEDDLE_HOME", at("home"));
  const text = "// %% [markdown]\n// # Hi\n\n// %% A retries=2\nexport const a = 1;\n";
  fs.writeFileSync(at("a.ts"), text);
  expect(await heddle("export", at("a.ts"), "--to", "ipynb")).toMatchObject({
    code: 0,
    said: expect.stringContaining("without outputs") as string,
  });
  expect((await heddle("import", at("a.ipynb"))).code).toBe(2);
  expect((await heddle("import", at("a.ipynb"), "--out", at("b.ts"))).code).toBe(0);
  expect(fs.readFileSync(at("b.ts"), "utf8")).toBe(text);
  fs.writeFileSync(at("bad.ipynb"), '{"nbformat": 4, "cells": [{"cell_type": "code"}]}');
  expect(await heddle("import", at("bad.ipynb"), "--force")).toMatchObject({
    code: 2,
    said: expect.stringContaining("cells[0].source") as string,
  });
  expect((await heddle("export", at("none.ts"), "--to", "html")).code).toBe(2);
  expect((await heddle("export", at("a.ts"), "--to", "pdf").catch((error: { code: number }) => error)).code).toBe(2);
});

test("a file's packages are installed for its run, kept for the next; its outputs are exported", async () => {
  const home = at("running");
  await installEnvironment({ home, source: path.join(process.cwd(), "environment") });
  vi.stubEnv("HEDDLE_HOME", home);
  for (const [name, value] of Object.entries(registry.env)) vi.stubEnv(name, value);
  const text = (range: string, name = "twice") =>
    `// ---\n// dependencies:\n//   ${name}: ${range}\n// ---\n\n// %% Double\nimport double, { version } from "${name}";\nexport const found = double(21);\n\`of \${version}\`;\n`;
  fs.writeFileSync(at("run.ts"), text("^1.0.0"));
  expect((await heddle("compile", at("run.ts"))).code).toBe(0);
  const run = await heddle("run", at("run.ts"), "--executor", "process");
  expect(run.said).toContain("42");
  expect(run.code).toBe(0);
  expect((await heddle("export", at("run.ts"), "--to", "html")).code).toBe(0);
  expect(fs.readFileSync(at("run.html"), "utf8")).toContain("of 1.0.0");
  const asked = registry.asked.length;
  expect((await heddle("run", at("run.ts"), "--executor", "process")).code).toBe(0);
  expect(registry.asked.length).toBe(asked);
  fs.writeFileSync(at("run.ts"), text("1.0.0", "not-there"));
  expect(await heddle("run", at("run.ts"), "--executor", "process")).toMatchObject({
    code: 2,
    said: expect.stringContaining("There is no package “not-there”") as string,
  });
}, 120_000);
