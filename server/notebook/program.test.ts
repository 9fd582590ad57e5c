import vm from "node:vm";
import { describe, expect, test } from "vitest";
import { compile } from "@/pipelines/compile/compile";
import type { Dag, Task } from "@/pipelines/compile/dag";
import { toUserFrames } from "@/pipelines/compile/user-frames";
import { parse } from "@/pipelines/notebook/parse";
import type { ExecutableProgram } from "@/server/executor/executor";
import { toExecutable, toExpandExecutable } from "./program";

const skip = Symbol("skip");

function compiled(text: string): Dag {
  const { dag, diagnostics } = compile(parse(text));
  expect(diagnostics.filter((one) => one.severity === "error")).toEqual([]);
  return dag;
}

interface Given {
  inputs?: Record<string, unknown>;
  params?: Record<string, unknown>;
  elements?: Record<string, unknown>;
  sdk?: Record<string, unknown>;
}

async function call(program: ExecutableProgram, given: Given = {}) {
  const displays: unknown[] = [];
  const classes: Record<string, unknown> = {};
  const make = new vm.Script(program.code, { filename: "cell" }).runInThisContext() as (
    heddle: unknown,
  ) => Promise<Record<string, unknown>>;
  const outputs = await make({
    inputs: {},
    params: {},
    elements: {},
    sdk: {},
    ...given,
    skip,
    display: (value: unknown) => displays.push(value),
    classes: (some: object) => Object.assign(classes, some),
    import: async (module: string, name?: string) => {
      const namespace = (await import(module)) as Record<string, unknown>;
      return name === undefined || name === "*" ? namespace : namespace[name];
    },
  });
  return { outputs, displays, classes };
}

/** Runs every task in order, handing values on. */
async function run(text: string, given: Given = {}) {
  const dag = compiled(text);
  const values: Record<string, unknown> = {};
  const displays: Record<string, unknown[]> = {};
  for (const task of dag.tasks) {
    const params = Object.fromEntries(dag.params.map((param) => [param.name, param.default]));
    const inputs = Object.fromEntries([...task.reads.task, ...task.reads.expand].map((name) => [name, values[name]]));
    const expand = toExpandExecutable(task, dag);
    if (!expand) {
      const result = await call(toExecutable(task, dag), { ...given, inputs, params });
      Object.assign(values, result.outputs);
      displays[task.key] = result.displays;
      continue;
    }
    const { outputs: lists } = await call(expand, { ...given, inputs, params });
    let combined: Record<string, unknown>[] = [{}];
    for (const { name } of task.each!)
      combined = combined.flatMap((one) => (lists[name] as unknown[]).map((value) => ({ ...one, [name]: value })));
    const all = [];
    for (const elements of combined) {
      const { outputs } = await call(toExecutable(task, dag), { ...given, inputs, params, elements });
      if ((outputs as unknown) !== skip) all.push(outputs);
    }
    for (const name of task.outputs) values[name] = all.map((one) => one[name]);
  }
  return { values, displays, dag };
}

const task = (dag: Dag, key: string): Task => dag.tasks.find((one) => one.key === key)!;

describe("an executable program", () => {
  test("hands values from task to task", async () => {
    const { values } = await run("// %% A\nconst a: number = 2;\n// %% B\nexport const b = a * 21;\n");
    expect(values).toEqual({ a: 2, b: 42 });
  });

  test("carries portable definitions of other cells, private names of two cells apart", async () => {
    const { values } = await run(
      [
        "// %% One",
        "const _k = 10;",
        "function _scale(x: number) { return x * _k; }",
        "const one = (x: number): number => _scale(x);",
        "const ten = _k;",
        "// %% Two",
        "const _k = 7;",
        "const two = (x: number) => x + _k;",
        "const seven = _k;",
        "// %% Use",
        "const _k = 1;",
        "export const used = [one(2), two(2), _k];",
      ].join("\n"),
    );
    expect(values["used"]).toEqual([20, 9, 1]);
  });

  test("imports of the same private name from two modules stay apart", async () => {
    const { values } = await run(
      [
        "// %% One",
        'import { join as _f } from "node:path";',
        "const one = () => _f('a', 'b');",
        "// %% Two",
        'import { basename as _f } from "node:path";',
        "const two = () => _f('a/b');",
        "// %% Use",
        "export const both = [one(), two()];",
      ].join("\n"),
    );
    expect(values["both"]).toEqual(["a/b", "b"]);
  });

  test("shows the last expression, whatever surrounds it", async () => {
    for (const [source, shown] of [
      ["1 + 1", 2],
      ["const a = 3;\na", 3],
      ["(await Promise.resolve(4)) as number;", 4],
      ['"five"', "five"],
      ["let x = 1; x ? 6 : 7 // why\n", 6],
      ["({ a: 1 })", { a: 1 }],
      ["(1, 2)", 2],
      ["const f = () => 1\n;[f()].map((x) => x)", [1]],
      ["`a\n${1}\nb`", "a\n1\nb"],
    ] as const) {
      const { displays } = await run(`// %% A\n${source}`);
      expect(displays["a"], source).toEqual([shown]);
    }
  });

  test("expands each, binds elements, and skips where when says no", async () => {
    const { values } = await run(
      [
        "// %% Lists",
        "const xs = [1, 2];",
        "const ys = new Set(['a', 'b']);",
        "const keep = (x: number, y: string) => !(x === 2 && y === 'a');",
        '// %% Each each="x of xs.map((n: number) => n), y of ys" when="keep(x, y) as boolean // yes"',
        "const pair = `${x}${y}`;",
        "// %% All",
        "export const pairs = pair;",
      ].join("\n"),
    );
    expect(values["pairs"]).toEqual(["1a", "1b", "2b"]);
  });

  test("an element's name shadows other names in its cell only", async () => {
    const { values } = await run(
      [
        "// %% Lists",
        "const x = 100;",
        "const list = [1, 2];",
        "const readX = () => x;",
        '// %% Each each="x of list"',
        "const sum = x + readX();",
        "// %% All",
        "export const sums = sum;",
      ].join("\n"),
    );
    expect(values["sums"]).toEqual([101, 102]);
  });

  test("registers classes before inputs are read, also those that arrive unnamed", async () => {
    const { dag } = await run(
      "// %% M\nclass Model { w = 1; predict() { return this.w; } }\n// %% Fit\nconst m = new Model();\n// %% Use\nexport const p = m.predict();\n",
    );
    const program = toExecutable(task(dag, "use"), dag);
    const order: string[] = [];
    const { classes } = await call(program, {
      get inputs() {
        return {
          get m() {
            order.push("read");
            return { predict: () => 5 };
          },
        };
      },
    });
    expect(order).toEqual(["read"]);
    expect(Object.keys(classes)).toEqual(["Model"]);
    expect(program.code.indexOf("__heddle.classes")).toBeLessThan(program.code.indexOf("__heddle.inputs"));
  });

  test("a class may extend a class of the cell that uses it, and read its values", async () => {
    const { values } = await run(
      [
        "// %% Use",
        "class Base { hi() { return 'hi ' + this.name(); } name() { return ''; } }",
        "const n = 3;",
        "class Late { static n = n; }",
        "export const said = new Derived().hi() + Late.n;",
        "// %% Other",
        "class Derived extends Base { override name() { return 'you'; } }",
      ].join("\n"),
    );
    expect(values["said"]).toBe("hi you3");
  });

  test("enums, namespaces and parameter properties are transformed", async () => {
    const { values } = await run(
      [
        "// %% Defs",
        "enum Color { Red = 'r', Blue = 'b' }",
        "namespace Math2 { export const twice = (x: number) => 2 * x; }",
        "class P { constructor(private readonly a: number) {} get() { return this.a; } }",
        "// %% Use",
        "export const got = [Color.Blue, Math2.twice(2), new P(3).get()];",
      ].join("\n"),
    );
    expect(values["got"]).toEqual(["b", 4, 3]);
  });

  test("imports modules, the SDK and dynamic imports through __heddle", async () => {
    const { values } = await run(
      [
        "// %% A",
        'import path, { sep } from "node:path";',
        'import * as heddle from "heddle";',
        'import { log as say, type Log } from "heddle";',
        'const os = await import("node:os");',
        "export const all = [path.join('a', 'b'), sep, typeof os.cpus, say(1), heddle.log(2)];",
      ].join("\n"),
      { sdk: { log: (x: number) => x + 1 } },
    );
    expect(values["all"]).toEqual(["a/b", "/", "function", 2, 3]);
  });

  test("a let travels with the value it has when the cell ends", async () => {
    const { values } = await run("// %% A\nlet n = 1;\nn += 1;\nfor (var i = 0; i < 3; i++) n++;\n// %% B\nexport const m = [n, i];\n");
    expect(values["m"]).toEqual([5, 3]);
  });

  test("destructured values and mixed lists arrive", async () => {
    const { values } = await run(
      "// %% A\nconst f = () => 2, { a, ...rest } = { a: 1, b: 2 }, g = (): number => f() + a;\n// %% B\nexport const all = [f(), a, rest.b, g()];\n",
    );
    expect(values["all"]).toEqual([2, 1, 2, 3]);
  });

  test("text that the stripper cannot take throws when it runs, not before", async () => {
    const program = toExecutable({
      ...compiled("// %% A\n1").tasks[0]!,
      program: { ...compiled("// %% A\n1").tasks[0]!.program, text: "let let = ;", display: undefined },
    });
    await expect(call(program)).rejects.toThrow(SyntaxError);
  });
});

describe("lines of an executable program", () => {
  async function framesOf(text: string, key: string, given: Given = {}) {
    const dag = compiled(text);
    const program = toExecutable(task(dag, key), dag);
    try {
      await call(program, given);
    } catch (error) {
      return toUserFrames((error as Error).stack!, program.lines, "cell").map(({ cellKey, line, column, function: name }) => [
        cellKey,
        line,
        column,
        name,
      ]);
    }
    throw new Error("it did not throw");
  }

  test("point at cell, line and column, through portable definitions", async () => {
    const text =
      "// %% Helpers\n// a comment\nfunction boom(x: number): never {\n  throw new Error(`${x}`);\n}\n\n// %% Use\nconst a: number = 1;\n  boom(a);\n";
    expect(await framesOf(text, "use")).toEqual([
      ["helpers", 3, 9, "boom"],
      ["use", 2, 3, undefined],
    ]);
  });

  test("keep their columns around dynamic imports and in the display", async () => {
    expect(await framesOf('// %% A\nconst m = await import("node:os"), b: number = (undefined as any).x;', "a")).toEqual([
      ["a", 1, 67, undefined],
    ]);
    expect(await framesOf("// %% A\nconst a = 1; [\n  a,\n  (null as any).x,\n]", "a")).toEqual([["a", 3, 17, undefined]]);
  });

  test("are right after a transform", async () => {
    const text =
      "// %% A\nenum E { A,\n B }\n\ninterface I {\n  a: 1;\n}\nfunction boom(): never {\n  throw new Error(String(E.B));\n}\nboom();\n";
    expect((await framesOf(text, "a")).map(([cell, line]) => [cell, line])).toEqual([
      ["a", 8],
      ["a", 10],
    ]);
  });

  test("point at the header, line 0, for an error in when", async () => {
    const text = '// %% V\nconst v: any = null;\n// %% A when="(v as any).length > 0"\n1\n';
    expect(await framesOf(text, "a", { inputs: { v: null } })).toEqual([["a", 0, 12, undefined]]);
  });

  test("point at the header, line 0, for an error in each", async () => {
    const dag = compiled('// %% V\nconst v: any = null;\n// %% A each="x of v.rows as number[]"\nx;\n');
    const program = toExpandExecutable(task(dag, "a"))!;
    const error = await call(program, { inputs: { v: null } }).catch((thrown: unknown) => thrown as Error);
    expect(toUserFrames((error as Error).stack!, program.lines, "cell")).toMatchObject([{ cellKey: "a", line: 0, column: 3 }]);
  });
});

describe("what a cell's neighbours get", () => {
  test("the parts of an enum and of a namespace", async () => {
    const { values } = await run(
      "// %% Defs\nenum E { A }\nenum E { B = 1 }\nnamespace N { export const a = 1 }\nnamespace N { export const b = a + 1 }\n// %% Use\nexport const got = [E[0], E.B, N.a, N.b];\n",
    );
    expect(values["got"]).toEqual(["A", 1, 1, 2]);
  });
  test("two lists cross, the last varies fastest, and each value is an array", async () => {
    const { values } = await run(
      "// %% L\nconst rows = [1, 2];\n// %% C each=\"row of rows, column of ['a', 'b', 'c']\"\nconst name = column + row, twice = row * 2;\n// %% R\nexport const all = [name, twice];\n",
    );
    expect(values["all"]).toEqual([
      ["a1", "b1", "c1", "a2", "b2", "c2"],
      [2, 2, 2, 4, 4, 4],
    ]);
  });
  test("nothing for an empty list: its readers get []", async () => {
    const { values } = await run('// %% C each="row of []"\nconst seen = row;\n// %% R\nexport const all = seen;\n');
    expect(values["all"]).toEqual([]);
  });
  test("functions of an async generator, a generic arrow and a decorated class work as written", async () => {
    const { values } = await run(
      [
        "// %% Defs",
        "async function* count(n: number) { for (let i = 0; i < n; i++) yield i; }",
        "const pair = <T,>(a: T): [T, T] => [a, a];",
        "const quote = /['\"`]/g;",
        "// %% Use",
        "const seen: number[] = [];",
        "for await (const i of count(3)) seen.push(i);",
        "export const got = [seen, pair('x') satisfies string[], 'a\"b'.replace(quote, '')];",
      ].join("\n"),
    );
    expect(values["got"]).toEqual([[0, 1, 2], ["x", "x"], "ab"]);
  });
});
