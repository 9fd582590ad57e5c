/** The real language server behind the real door. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Cell } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import { atMarker, LanguagePage } from "./testing/language-page";

let server: TestServer;
let person: Person;
let notebook: string;
let environment: string;
const pages: LanguagePage[] = [];

beforeAll(async () => {
  environment = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "heddle-environment-")));
  fs.cpSync("node_modules/zod", path.join(environment, "node_modules", "zod"), { recursive: true });
  const dependencies = { zod: JSON.parse(fs.readFileSync("node_modules/zod/package.json", "utf8")).version as string };
  fs.writeFileSync(path.join(environment, "package.json"), JSON.stringify({ name: "e", version: "1.0.0", dependencies }));
  server = await startTestServer({ environmentDir: environment });
  server.heddle.language.useEnvironment(environment);
  person = await addPerson(server);
  notebook = ((await person.mutate("notebook.create", { title: "Types" })).data as { id: string }).id;
});
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});
afterAll(async () => {
  await server.close();
  fs.rmSync(environment, { recursive: true, force: true });
});

function connect(headers: Record<string, string> = { cookie: `__Host-heddle=${person.token}`, origin: server.url }): LanguagePage {
  const page = new LanguagePage(`${server.url.replace("http", "ws")}/api/language`, headers);
  pages.push(page);
  return page;
}

async function open(text: string): Promise<{ page: LanguagePage; cells: readonly Cell[]; edit: (id: string, source: string) => void }> {
  const page = connect();
  const cells = parse(text).cells;
  await page.open(notebook, cells);
  await page.until(() => page.states.some(({ state }) => state === "ready"));
  return { page, cells, edit: (id, source) => page.sync([{ ...cells.find((cell) => cell.id === id)!, source }]) };
}

describe("types across cells", () => {
  test("a name of another cell is completed, in any order and with top-level await", async () => {
    const { page, edit } = await open(
      `// %% Use\nconst total = 1;\n\n// %% Give\nconst rows = await Promise.resolve([{ horsepower: 3 }]);\n`,
    );
    const global = atMarker("const total = ro|");
    edit("c1", global.source);
    const names = await page.ask({ what: "complete", cell: "c1", line: global.line, column: global.column });
    expect(names.items.map(({ label }) => label)).toContain("rows");
    const member = atMarker("const total = rows[0]!.|");
    edit("c1", member.source);
    const members = await page.ask({ what: "complete", cell: "c1", line: member.line, column: member.column });
    expect(members.items.map(({ label }) => label)).toContain("horsepower");
  });

  test("hover shows type and documentation of a name, wherever it is defined", async () => {
    const { page } = await open(
      `// %% Use\nrows.length;\n\n// %% Give\n/** All the cars there are. */\nconst rows = [{ horsepower: 3 }];\n`,
    );
    expect(await page.ask({ what: "hover", cell: "c1", line: 1, column: 2 })).toEqual({
      code: "const rows: {\n    horsepower: number;\n}[]",
      documentation: "All the cars there are.",
      range: { line: 1, column: 1, endLine: 1, endColumn: 5 },
    });
  });

  test("what a mapped task gives is read as a list, its element is bound in the cell", async () => {
    const { page } = await open(
      `// %% Split\nconst folds = [{ train: [1], test: [2] }];\n\n// %% Train each="fold of folds"\nconst model = { weight: fold.train[0]! };\nconst wrong: string = fold.test;\n\n// %% Report\nconst weights = model.map((each) => each.weight);\nconst one: number = model;\n`,
    );
    expect((await page.ask({ what: "hover", cell: "c2", line: 1, column: 26 }))?.code).toContain("train: number[]");
    expect((await page.ask({ what: "hover", cell: "c3", line: 1, column: 8 }))?.code).toBe("const weights: number[]");
    await page.until(() => page.messages("c3").length > 0 && page.messages("c2").length > 0);
    expect(page.messages("c3")).toEqual(["Type '{ weight: number; }[]' is not assignable to type 'number'."]);
    expect(page.diagnostics.get("c2")).toMatchObject([{ line: 2, column: 7, endColumn: 12 }]);
  });

  test("a reader that runs although a task may have given nothing sees undefined", async () => {
    const { page } = await open(`// %% A\nconst a = 1;\n\n// %% B join=done\nconst b: number = a;\n\n// %% C\nconst c: number = a;\n`);
    await page.until(() => page.messages("c2").length > 0);
    expect(page.messages("c2")).toEqual([
      "Type 'number | undefined' is not assignable to type 'number'.\n  Type 'undefined' is not assignable to type 'number'.",
    ]);
    expect(page.messages("c3")).toEqual([]);
  });

  test("parameters have the type of their default, or of their options", async () => {
    const { page } = await open(
      `// %% [params]\nimport { param } from "heddle";\nconst rate = param(0.1, { min: 0 });\nconst kind = param("adam", { options: ["adam", "sgd"] });\n\n// %% Use\nconst both = [rate, kind] as const;\n`,
    );
    expect((await page.ask({ what: "hover", cell: "c2", line: 1, column: 8 }))?.code).toBe(`const both: readonly [number, "adam" | "sgd"]`);
  });

  test("diagnostics come and go with the text, in the cell that is edited and in those that read it", async () => {
    const { page, edit } = await open(`// %% Give\nconst rows = [1, 2];\n\n// %% Use\nconst first: number = rows[0]!;\n`);
    edit("c1", 'const rows = ["a"];');
    await page.until(() => page.messages("c2").length === 1);
    expect(page.messages("c2")).toEqual(["Type 'string' is not assignable to type 'number'."]);
    edit("c1", "const rows = [3];");
    await page.until(() => page.messages("c2").length === 0);
  });

  test("a cell that comes, moves or goes is known at once", async () => {
    const { page, cells } = await open(`// %% Use\nconst x: number = later;\n`);
    await page.until(() => page.messages("c1").length === 1);
    const added = { ...cells[0]!, id: "new/../cell", title: "Later", source: "const later = 5;" };
    page.reorder([added], ["c1", added.id]);
    await page.until(() => page.messages("c1").length === 0);
    page.reorder([{ ...added, options: [{ key: "each", value: "n of [1, 2]" }], source: "const later = n;" }], ["c1", added.id]);
    await page.until(() => page.messages("c1")[0] === "Type 'number[]' is not assignable to type 'number'.");
    page.reorder([], ["c1"]);
    await page.until(() => page.messages("c1")[0] === "Cannot find name 'later'.");
  });

  test("packages of the environment are completed with an import, and have their types", async () => {
    const at = atMarker("const schema = ZodErr|");
    const { page, edit } = await open(`// %% A\nconst schema = 1;\n`);
    edit("c1", at.source);
    const { items } = await page.ask({ what: "complete", cell: "c1", line: at.line, column: at.column });
    const item = items.find(({ label, from }) => label === "ZodError" && from === "zod")!;
    const detail = await page.ask({ what: "completion", item: item.item });
    expect(detail?.changes).toEqual([
      { cell: "c1", line: 1, column: 1, endLine: 1, endColumn: 1, text: expect.stringMatching(/^import \{ ZodError \} from "zod";\n+$/) },
    ]);
    edit("c1", 'import { z } from "zod";\nconst shape = z.object({ name: z.string() });\nconst parsed = shape.parse({});');
    expect((await page.ask({ what: "hover", cell: "c1", line: 3, column: 8 }))?.code).toBe("const parsed: {\n    name: string;\n}");
  });

  test("a call shows its signature with the parameter that is being written", async () => {
    const { page } = await open(
      `// %% A\nfunction fit(rows: number[], rate: number) { return rows.length * rate; }\n\n// %% B\nfit([1], 2);\n`,
    );
    const help = await page.ask({ what: "signature", cell: "c2", line: 1, column: 11 });
    expect(help?.signatures[0]).toMatchObject({ label: "fit(rows: number[], rate: number): number", parameter: [20, 32] });
  });

  test("a definition is found in another cell, in a header, in a package", async () => {
    const { page } = await open(
      `// %% A\nimport { z } from "zod";\nconst schema = z.string();\nconst list = [1];\n\n// %% B each="one of list"\nconst twice = one * 2;\n\n// %% C\nconst sum = twice.length + list.length;\n`,
    );
    const define = (cell: string, line: number, column: number) => page.ask({ what: "definition", cell, line, column });
    expect(await define("c3", 1, 29)).toEqual({ type: "cell", place: { cell: "c1", line: 3, column: 7, endLine: 3, endColumn: 11 } });
    expect(await define("c3", 1, 14)).toEqual({ type: "cell", place: { cell: "c2", line: 1, column: 7, endLine: 1, endColumn: 12 } });
    expect(await define("c2", 1, 16)).toEqual({ type: "header", cell: "c2", option: "each" });
    const inPackage = await define("c1", 2, 19);
    expect(inPackage).toMatchObject({ type: "package", module: expect.stringMatching(/^zod\//), text: expect.stringContaining("string") });
    const inLibrary = await define("c3", 1, 20);
    expect(inLibrary).toMatchObject({ type: "package", module: expect.stringMatching(/^typescript\/lib\..*\.d\.ts$/) });
  });

  test("references are found across cells, members are renamed across cells", async () => {
    const { page } = await open(`// %% A\ntype Car = { hp: number };\nconst car: Car = { hp: 1 };\n\n// %% B\nconst power = car.hp;\n`);
    expect(await page.ask({ what: "references", cell: "c2", line: 1, column: 19 })).toHaveLength(3);
    const { changes } = await page.ask({ what: "rename", cell: "c2", line: 1, column: 19, to: "horsepower" });
    expect(changes.map(({ cell, text }) => `${cell} ${text}`).sort()).toEqual(["c1 horsepower", "c1 horsepower", "c2 horsepower"]);
    const refused = await page.ask({ what: "rename", cell: "c2", line: 1, column: 8, to: "length" });
    expect(refused.fault === undefined || refused.fault.length > 0).toBe(true);
  });
});

describe("types as ports", () => {
  test("every value that travels has a type, and what cannot travel is named with its path", async () => {
    const { page } = await open(
      [
        "// %% Give",
        "class Model { weights = [1]; fit() { return 1; } }",
        "const model = new Model();",
        "const rows = [{ name: 'a', at: new Date() }];",
        "const made = { deep: { go: make() }, n: 1 };",
        "const later = Promise.resolve(1);",
        "const maybe = rows.length > 1 ? make() : 3;",
        "const table = new Map([['a', new Uint8Array(1)]]);",
        "const key = Symbol('k');",
        "const address = new URL('http://localhost');",
        "const any: any = 1;",
        "function make() { return () => 1; }",
        "",
      ].join("\n"),
    );
    await page.until(() => page.ports.length > 0);
    const ports = Object.fromEntries(page.ports.map(({ name, type, fault }) => [name, { type, fault }]));
    expect(ports).toMatchObject({
      model: { type: "Model", fault: undefined },
      rows: { type: "{ name: string; at: Date }[]", fault: undefined },
      made: { fault: { path: "made.deep.go", what: "a function" } },
      later: { type: "Promise<number>", fault: { path: "later", what: "a promise" } },
      maybe: { fault: undefined },
      table: { fault: undefined },
      key: { fault: { path: "key", what: "a symbol" } },
      any: { type: "any", fault: undefined },
    });
    expect(ports["address"]!.fault?.what).toBe("a function");
  });
});

describe("what stays on the server", () => {
  test("nothing outside the notebook's environment can be imported, whatever way it is written", async () => {
    const secret = path.join(os.tmpdir(), `heddle-secret-${process.pid}.ts`);
    fs.writeFileSync(secret, "export const topSecretNumber = 4711 as const;\n");
    const bare = secret.replace(/\.ts$/, "");
    const up = `${"../".repeat(12)}${bare.slice(1)}`;
    try {
      for (const source of [
        `import { topSecretNumber } from "${bare}";\nconst x = topSecretNumber;`,
        `import { topSecretNumber } from "${up}";\nconst x = topSecretNumber;`,
        `import { topSecretNumber } from "zod/${up}";\nconst x = topSecretNumber;`,
        `import { topSecretNumber } from "\\x2f${bare.slice(1)}";\nconst x = topSecretNumber;`,
        `const { topSecretNumber } = await import(\`${bare}\`);\nconst x = topSecretNumber;`,
        `type S = typeof import("${bare}");\nconst x = null! as S["topSecretNumber"];`,
        `import s = require("${bare}");\nconst x = s.topSecretNumber;`,
        `/// <reference path="${secret}" />\nconst x = 1;`,
        `export * from "${bare}";\nconst x = 1;`,
        // Broken, so that nobody can say for certain what stands where.
        `const y = ;\nimport { topSecretNumber } from "${bare}";\nconst x = topSecretNumber;`,
        `const y = ;\nimport { topSecretNumber } from "\\u002f${bare.slice(1)}";\nconst x = topSecretNumber;`,
        `const y = ;\nimport { topSecretNumber } from "zod/${up}";\nconst x = topSecretNumber;`,
        `#! import { topSecretNumber } from "${bare}";\nconst x = topSecretNumber;`,
      ]) {
        const { page } = await open(`// %% A\n${source}\n`);
        const lines = source.split("\n");
        const line = lines.length;
        const hover = await page.ask({ what: "hover", cell: "c1", line, column: 7 });
        const use = await page.ask({ what: "definition", cell: "c1", line, column: lines.at(-1)!.length - 2 });
        await page.until(() => page.ports.length > 0);
        expect(JSON.stringify([hover, use]), source).not.toContain("4711");
        expect(use.type === "package" ? use.text : "", source).not.toContain("4711");
        expect(page.heard, source).not.toContain("4711");
        page.close();
      }
    } finally {
      fs.rmSync(secret);
    }
  });

  test("no answer names a folder of this machine", async () => {
    const { page } = await open(
      `// %% A\nimport { z } from "zod";\nimport * as gone from "zod/nothing";\nconst shape = z.object({ a: z.string().optional() });\nconst whole = [z, shape] as const;\nwhole.map();\n`,
    );
    await page.until(() => page.messages("c1").length > 0 && page.ports.length > 0);
    for (const [line, column] of [
      [3, 8],
      [4, 8],
      [4, 17],
      [1, 10],
    ] as const) {
      for (const what of ["hover", "definition", "references", "complete", "signature"] as const) {
        await page.ask({ what, cell: "c1", line, column } as never);
      }
    }
    for (const folder of [server.homeDir, environment, process.cwd(), os.homedir(), "file://"]) expect(page.heard).not.toContain(folder);
  });

  test("a page speaks of cells: whoever sends more is cut off", async () => {
    const { page } = await open(`// %% A\nconst a = 1;\n`);
    page.socket.send(
      JSON.stringify({ type: "ask", id: 1, question: { what: "hover", cell: "c1", line: 1, column: 1, uri: "file:///etc/passwd" } }),
    );
    expect(await page.closed).toBe(1008);
    const other = await open(`// %% A\nconst a = 1;\n`);
    expect(await other.page.ask({ what: "hover", cell: "../../etc/passwd", line: 1, column: 1 })).toBeUndefined();
  });
});

describe("who may come in", () => {
  test("without a sign-in, from another page, or for another workspace's notebook nobody is served", async () => {
    const status = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve) => {
        const page = connect(headers);
        page.socket.once("unexpected-response", (_request, response) => resolve(response.statusCode));
        page.socket.once("open", () => resolve(101));
      });
    expect(await status({ origin: server.url })).toBe(401);
    expect(await status({ cookie: `__Host-heddle=${person.token}`, origin: "https://evil.example" })).toBe(403);
    const other = await addPerson(server);
    const page = connect({ cookie: `__Host-heddle=${other.token}`, origin: server.url });
    await page.open(notebook, parse("const a = 1;").cells);
    expect(await page.closed).toBe(4404);
    expect(page.heard).toBe("");
  });

  test("two notebooks of one process do not see each other", async () => {
    const one = await open(`// %% A\nconst onlyHere = 1;\n`);
    const two = await open(`// %% B\nconst x = onlyHere;\n`);
    await two.page.until(() => two.page.messages("c1").length > 0);
    expect(two.page.messages("c1")).toEqual(["Cannot find name 'onlyHere'."]);
    expect(one.page.messages("c1")).toEqual([]);
  });
});

test("a process that dies is started again, and knows the notebook as it is by then", async () => {
  const { page, edit } = await open(`// %% A\nconst a = 1;\n\n// %% B\nconst b: string = a;\n`);
  await page.until(() => page.messages("c2").length === 1);
  edit("c1", "const a = true;");
  const again = page.until(() => page.states.at(-1)?.state === "ready" && page.states.length >= 3);
  process.kill(server.heddle.language.pid!, "SIGKILL");
  await again;
  await page.until(() => page.messages("c2")[0] === "Type 'boolean' is not assignable to type 'string'.");
});
