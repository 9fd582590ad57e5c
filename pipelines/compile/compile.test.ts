import { describe, expect, test } from "vitest";
import { parse } from "../notebook/parse";
import { missingPackageOf } from "./check-packages";
import { compile, type CompileOptions } from "./compile";
import type { Compilation, DiagnosticCode } from "./dag";

const build = (text: string, options?: CompileOptions): Compilation => compile(parse(text), options);
const task = (text: string, key: string) => build(text).dag.tasks.find((one) => one.key === key)!;
const keys = (text: string) => build(text).dag.tasks.map((one) => one.key);
/** `code cell:line:column` of each diagnostic. */
const faults = (text: string, options?: CompileOptions) =>
  build(text, options).diagnostics.map(({ code, place }) => `${code} ${place.cellKey}:${place.line}:${place.column}`);
const codes = (text: string) => build(text).diagnostics.map((one) => one.code);
const message = (text: string, code: DiagnosticCode, options?: CompileOptions) =>
  build(text, options).diagnostics.find((one) => one.code === code)?.message;
const needs = (text: string, key: string) => Object.fromEntries(task(text, key).needs.map((one) => [one.task, one.names]));

describe("§1 the file", () => {
  test("front matter gives title, description, dependencies, image and defaults", () => {
    const { dag, diagnostics } = build(
      "// ---\n// title: T\n// description: D\n// dependencies:\n//   zod: ^4\n// image: node:22\n// defaults:\n//   retries: 2\n//   failFast: true\n// ---\n\n// %% A\n1\n// %% B retries=0\n1\n",
    );
    expect(diagnostics).toEqual([]);
    expect(dag).toMatchObject({
      title: "T",
      description: "D",
      dependencies: { zod: "^4" },
      image: "node:22",
      failFast: true,
    });
    expect(dag.tasks.map((one) => one.options.retries)).toEqual([2, 0]);
  });
  test("an unknown key, a schedule and broken YAML are bad-header in the front matter", () => {
    const places = (text: string) => build(text).diagnostics.map(({ code, place }) => [code, place.in, place.line, place.column]);
    expect(places("// ---\n// title: x\n// colour: red\n// ---\n")).toEqual([["bad-header", "front-matter", 2, 1]]);
    expect(message("// ---\n// schedule: daily\n// ---\n", "bad-header")).toContain("workspace");
    expect(places("// ---\n// a: [\n// ---\n")[0]?.[0]).toBe("bad-header");
    expect(places("// ---\n// defaults:\n//   retries: many\n//   each: x of xs\n// ---\n").map(([, , line]) => line)).toEqual([2, 3]);
  });
  test("a cell's key is the slug of its title; an untitled cell is cell-N by position", () => {
    expect(keys("// %% Train the model\n1\n// %%\n2\n// %% Ünïcode & 日本!\n3\n").sort()).toEqual([
      "cell-2",
      "train-the-model",
      "unicode-日本",
    ]);
  });
  test("two titled cells with the same slug are duplicate-title", () => {
    expect(faults("// %% Train it\n1\n// %% train-it\n2\n")).toEqual(["duplicate-title train-it:1:7", "duplicate-title train-it:1:7"]);
    expect(codes("// %%\n1\n// %%\n2\n")).toEqual([]);
  });
  test("an unknown kind or option is bad-header", () => {
    expect(faults("// %% A [python]\n1\n")).toEqual(["bad-header a:1:9"]);
    expect(faults("// %% A retires=2\n1\n")).toEqual(["bad-header a:1:9"]);
    expect(message("// %% A retires=2\n1\n", "bad-header")).toContain('Did you mean "retries"');
    expect(faults("// %% A [code] word\n1\n")).toEqual(["bad-header a:1:16"]);
    expect(codes("// %% M [markdown] retries=1\n// x\n")).toEqual(["bad-header"]);
    expect(codes("// %% A retries=1 retries=2\n1\n")).toEqual(["bad-header"]);
  });
});

describe("§2 names", () => {
  test("a cell defines its top-level bindings of every sort", () => {
    for (const [definition, use] of [
      ["const x = 1", "x"],
      ["let x = 1", "x"],
      ["var x = 1", "x"],
      ["const { a: { x = 2 }, ...y } = { a: {} } as any", "x + y"],
      ["const [, x] = [1, 2]", "x"],
      ["for (var x = 0; x < 1; x++) {}", "x"],
      ["if (true) { var x = 1 }", "x"],
    ] as const) {
      expect(task(`// %% A\n${definition}\n// %% B\n${use}\n`, "b").needs[0]?.names[0], definition).toBe("x");
    }
    for (const [definition, use] of [
      ["function f() {}", "f()"],
      ["class f {}", "new f()"],
      ["enum f { A }", "f.A"],
      ["namespace f { export const a = 1 }", "f.a"],
      ["const f = () => 1", "f()"],
      ["const f = function () {}", "f()"],
      ["const f = class {}", "new f()"],
      ["const f = (async () => 1) as any", "f()"],
      ["type f = 1", "const q: f = 1"],
      ["interface f {}", "const q: f = {}"],
    ] as const) {
      const { dag } = build(`// %% A\n${definition}\n// %% B\n${use}\n`);
      expect(
        dag.tasks.map((one) => one.key),
        definition,
      ).toEqual(["b"]);
      expect(dag.tasks[0]!.program.text, definition).toContain(definition);
    }
    expect(task('// %% A\nimport f from "zod"\n// %% B\nf()\n', "b").program.imports).toMatchObject([
      { module: "zod", imported: "default", local: "f" },
    ]);
  });
  test("a name shadowed in an inner scope is no reference", () => {
    for (const use of [
      "const f = (x: number) => x; f(1)",
      "{ const x = 1; x }",
      "for (const x of [1]) x;",
      "try {} catch (x) { x }",
      "[1].map(function x() { return x })",
      "const o = { x: 1 }; o.x",
      "x: for (;;) { break x }",
      "class C { x = 1; static { let x; x } }; new C()",
      "(() => { var x = 1; return x })()",
      "({ a: x, ...r }: any) => x",
      "(() => { return x; function x() {} })()",
      "switch (1) { case 1: let x = 1; x }",
      "type T<x> = x; let q: T<1>",
      "import('x')",
      "const g = <x,>(a: x): x => a; g(1)",
      "type M = { [x in 'a']: x }",
      "type F = (x: number) => typeof x",
      "type C1 = 1 extends infer x ? x : 2",
      "enum E { x, y = x }",
      "let s = { 'x': 1 }.x",
    ]) {
      expect(task(`// %% A\nconst x = 1\n// %% B\n${use};\n1\n`, "b").needs, use).toEqual([]);
    }
  });
  test("a free name in value position is a reference, wherever it stands", () => {
    for (const use of [
      "x",
      "({ x })",
      "({ [x]: 1 })",
      "`${x}`",
      "(a = x) => a",
      "const { a = x } = {} as any",
      "class C { [x] = 1 }",
      "class C2 extends (x as any) {}",
      "() => { { x } }",
      "x?.a",
      "x!.a",
      "new (x as any)()",
      "tag`${x}`",
      "for (const a of x as any) a",
      "o.a.b(x)",
      "(x satisfies number)",
      "@x class D {}",
      "typeof x",
      "const h = function () { return x }; h()",
      "var { [x]: b } = {} as any",
      "if (x) {}",
      "label: x",
      "export { x }; 1",
    ]) {
      const { names } = { names: needs(`// %% A\nconst x = 1\n// %% B\n1; ${use};\n1`, "b") };
      // A portable definition that nobody uses reads nothing; an export names the task that gives it.
      const unused = use.startsWith("class") || use.startsWith("@x") || use.startsWith("export");
      expect(names, use).toEqual(unused ? {} : { a: ["x"] });
    }
  });
  test("a type position needs no value: types travel as source", () => {
    const { program, needs: edges } = task(
      "// %% A\ntype Row = { a: Id }\nconst rows: Row[] = []\n// %% T\ninterface Id {}\n// %% B\nlet r: Row | typeof rows; 1\n",
      "b",
    );
    expect(edges).toEqual([]);
    expect(program.text).toContain("type Row");
    expect(program.text).toContain("interface Id");
  });
  test("a second definition is duplicate-name, reported at both places", () => {
    expect(faults("// %% A\nconst x = 1\n// %% B\n\nlet  x = 2\n")).toEqual(["duplicate-name a:1:7", "duplicate-name b:2:6"]);
    expect(build("// %% A\nconst x = 1\n// %% B\nlet x = 2\n").diagnostics[0]!.related).toMatchObject([{ cellKey: "b", line: 1 }]);
    expect(codes("// %% A\ntype x = 1\n// %% B\nlet x = 2\n")).toEqual(["duplicate-name", "duplicate-name"]);
    expect(codes("// %% A\nfunction f(a: 1): 1\nfunction f(a: any) { return a }\ninterface I {}\ninterface I {}\n")).toEqual([]);
  });
  test("a name that starts with _ is private and may be repeated", () => {
    const text = "// %% A\nconst _x = 1\n// %% B\nconst _x = 2\n_x\n// %% C\n_x\n";
    expect(codes(text)).toEqual([]);
    expect(task(text, "c").needs).toEqual([]);
  });
  test("importing the same name from the same module in several cells is no duplicate", () => {
    expect(codes('// %% A\nimport { metric } from "heddle"\n// %% B\nimport { type metric } from "heddle"\n')).toEqual([]);
    expect(codes('// %% A\nimport { a } from "x"\n// %% B\nimport { a } from "y"\n')).toEqual(["duplicate-name", "duplicate-name"]);
    expect(codes('// %% A\nimport { b as a } from "x"\n// %% B\nimport { a } from "x"\n')).toEqual(["duplicate-name", "duplicate-name"]);
  });
  test("cells may stand in any order", () => {
    expect(keys("// %% B\na + 1\n// %% A\nconst a = 1\n")).toEqual(["a", "b"]);
  });
  test("a cycle names its path and the names that tie it; only it and what depends on it is barred", () => {
    const text = "// %% A\nconst a = b\n// %% B\nconst b = a\n// %% C\na\n// %% D\n1\n";
    expect(faults(text)).toEqual(["dependency-cycle a:1:11", "dependency-cycle b:1:11"]);
    expect(message(text, "dependency-cycle")).toMatch(/a → b → a.*"a" reads b of "b".*"b" reads a of "a"/);
    expect(keys(text)).toEqual(["d"]);
    expect(codes("// %% A after=a\n1")).toEqual(["dependency-cycle"]);
  });
  test("a cell that depends on itself through a portable definition is no cycle", () => {
    expect(codes("// %% A\nconst v = 1\nconst g = () => f()\n// %% B\nfunction f() { return v }\n// %% C\nf() + g()\n")).toEqual([]);
    expect(codes("// %% A\nconst v = f()\n// %% B\nfunction f() { return v }\n")).toEqual([]);
  });
  test("assigning to another cell's name is foreign-assignment", () => {
    for (const write of [
      "x = 2",
      "x += 1",
      "x++",
      "--x",
      "[x] = [1]",
      "({ a: x } = { a: 1 })",
      "({ x } = { x: 1 })",
      "[...x] = []",
      "for (x of [1]) {}",
      "(x as any) = 1",
      "x ??= 1",
      "() => { x = 1 }",
    ]) {
      expect(codes(`// %% A\nlet x: any = 1\n// %% B\n;${write}\n`), write).toEqual(["foreign-assignment"]);
      expect(codes(`// %% A\nlet x: any = 1\n;${write}\n`), write).toEqual([]);
    }
    expect(faults("// %% A\nlet x = 1\n// %% B\n\n  x = 2\n")).toEqual(["foreign-assignment b:2:3"]);
  });
  test("plainly mutating one is foreign-mutation", () => {
    for (const write of [
      "x.push(1)",
      "x.a = 1",
      "x.a.b = 1",
      "x[0] = 1",
      "x.n++",
      "delete x.a",
      "x.sort()",
      "Object.assign(x, {})",
      "x.set('a', 1)",
      "x.add(1)",
      "x.rows.splice(0)",
      "[x.a] = [1]",
      "(x as any).y = 1",
      "const s = x.reverse()",
    ]) {
      expect(codes(`// %% A\nconst x: any = {}\n// %% B\n;${write}\n`), write).toEqual(["foreign-mutation"]);
      expect(codes(`// %% A\nconst x: any = {}\n;${write}\n`), write).toEqual([]);
    }
    for (const read of [
      "const y = x.add(1)",
      "x.slice()",
      "[...x].sort()",
      "Object.assign({}, x)",
      "const x2 = x.toSorted()",
      "((x: any) => { x.a = 1 })({})",
    ]) {
      expect(codes(`// %% A\nconst x: any = {}\n// %% B\n;${read}\n`), read).toEqual([]);
    }
    expect(message("// %% A\nconst rows = [1]\n// %% B\nrows.push(1)\n", "foreign-mutation")).toContain("rows.push(…)");
  });
  test("export marks an output", () => {
    const outputs = (text: string) => build(text).dag.outputs;
    expect(outputs("// %% A\nexport const b = 1, a = 2\nexport function f() {}\nexport type T = 1\n")).toEqual([
      { name: "a", task: "a" },
      { name: "b", task: "a" },
    ]);
    expect(outputs("// %% A\nlet x = 1\nexport { x }\n")).toEqual([{ name: "x", task: "a" }]);
    expect(outputs("// %% A\nlet x = 1\n// %% B\nexport { x }\n")).toEqual([{ name: "x", task: "a" }]);
    expect(keys("// %% A\nlet x = 1\n// %% B\nexport { x }\n")).toEqual(["a"]);
    expect(outputs('// %% P [params]\nimport { param } from "heddle"\nexport const p = param(1)\n')).toEqual([{ name: "p", task: "p" }]);
  });
  test("export default, export *, top-level return and their like are unsupported-syntax", () => {
    for (const source of [
      "export default 1",
      "export * from 'x'",
      "export * as y from 'x'",
      "return 1",
      "if (1) { return }",
      "export { a as b }; const a = 1",
      "export { a } from 'x'",
      "import x = require('x')",
      "export = 1",
      "import.meta.url",
      "import './x'",
      "import y from '/x'",
      "import z from 'https://x'",
      "export { nothing }",
    ]) {
      expect(codes(`// %% A\n${source}\n`), source).toEqual(["unsupported-syntax"]);
    }
  });
  test("top-level await and dynamic import are allowed", () => {
    expect(codes("// %% A\nconst a = await import('node:fs')\nfor await (const b of []) b\n")).toEqual([]);
  });
});

describe("§3 what travels how", () => {
  test("a task's program holds what it reaches, directly or through another, and nothing else", () => {
    const { program } = task(
      "// %% H\nconst f = () => g()\nfunction g() { return E.A }\nfunction unused() {}\nenum E { A }\n// %% B\nf()\n",
      "b",
    );
    for (const part of ["const f", "function g", "enum E"]) expect(program.text).toContain(part);
    expect(program.text).not.toContain("unused");
  });
  test("a portable definition that reads a value or a parameter makes its users depend on it", () => {
    const text =
      '// %% P [params]\nimport { param } from "heddle"\nconst p = param(1)\n// %% A\nconst v = 1\n// %% H\nconst f = () => g()\nconst g = () => v + p\n// %% B\nf()\n// %% C\n2\n';
    expect(needs(text, "b")).toEqual({ a: ["v"] });
    expect(task(text, "b").params).toEqual(["p"]);
    expect(task(text, "c")).toMatchObject({ needs: [], params: [] });
  });
  test("only names that another cell or an export needs are stored", () => {
    expect(task("// %% A\nconst a = 1, b = 2, c = 3\nexport const d = 4\n// %% B\na\n", "a").outputs).toEqual(["a", "d"]);
  });
  test("a name read only by each or when is stored too", () => {
    expect(task('// %% A\nconst a = [1], b = 1\n// %% B each="x of a" when="b > x"\nx\n', "a").outputs).toEqual(["a", "b"]);
  });
  test("a cell with portable definitions only, markdown and params are no tasks", () => {
    expect(
      keys(
        '// %% A\nimport "x"\ntype T = 1\nconst f = () => 1\n// %% M [markdown]\n// x\n// %% P [params]\n// %%\n\n// %% N\n// nothing\n',
      ),
    ).toEqual([]);
  });
  test("imports that only types use are dropped", () => {
    const text = '// %% A\nimport { a, type B, C } from "zod"\nimport type D from "zod"\nlet x: B | C | D; a(x)\n';
    expect(task(text, "a").program.imports.map((one) => one.local)).toEqual(["a"]);
  });
  test("classes travel to whoever may receive an instance", () => {
    const text =
      "// %% M\nclass Model {}\nclass Other {}\n// %% A\nconst m = { in: new Model() }\n// %% B\nconst n = m\n// %% C\nn\n// %% D\n1\n";
    expect(task(text, "c").program.classes).toEqual(["Model"]);
    expect(task(text, "d").program.classes).toEqual([]);
  });
  test("a private value read through a portable definition travels under a name of its own", () => {
    const text = "// %% A\nconst _s = 1\nconst fa = () => _s\n// %% B\nconst _s = 2\nconst fb = () => _s\n// %% C\nfa() + fb()\n";
    expect(needs(text, "c")).toEqual({ a: ["_s$a"], b: ["_s$b"] });
    expect(needs("// %% A\nconst _s = 1\nconst fa = () => _s\n// %% C\nfa()\n", "c")).toEqual({ a: ["_s"] });
  });
  test("where syntax shows that a value cannot travel, the editor says so before the run", () => {
    for (const [source, path] of [
      ["new WeakMap()", "v"],
      ["{ a: { fit() {} } }", "v.a.fit"],
      ["[1, () => 1]", "v[1]"],
      ["fetch('x')", "v"],
      ["import('x')", "v"],
      ["new Promise(() => {})", "v"],
      ["Promise.all([])", "v"],
      ["Symbol('x')", "v"],
    ] as const) {
      expect(message(`// %% A\nconst v = ${source}\n// %% B\nv\n`, "unserializable-value"), source).toContain(`"${path}"`);
      expect(codes(`// %% A\nconst v = ${source}\n`), source).toEqual([]);
    }
    expect(message("// %% A\nconst v = new WeakMap()\n// %% B\nv\n", "unserializable-value")).toContain('"b"');
    expect(codes("// %% A\nconst v = await fetch('x')\nconst w = { get a() { return 1 } }\n// %% B\n[v, w]\n")).toEqual([]);
    expect(
      codes(
        "// %% A\nasync function load() { return 1 }\nclass Secret { #x = 1 }\nconst v = load()\nconst w = [new Secret()]\n// %% B\n[v, w]\n",
      ),
    ).toEqual(["unserializable-value", "unserializable-value"]);
    // A method, a getter or an accessor is private state as a field is; what belongs to the class alone is not.
    const keeping = (member: string) => codes(`// %% A\nclass Kept { ${member} }\nconst v = new Kept()\n// %% B\nv\n`);
    for (const member of ["#m() { return 1 }", "async *#m() {}", "get #x() { return 1 }", "set #x(v) {}"])
      expect(keeping(member), member).toEqual(["unserializable-value"]);
    for (const member of ["m() {}", "private m() {}", "static #made = 0", "static #m() {}"]) expect(keeping(member), member).toEqual([]);
  });
});

describe("§4 tasks and edges", () => {
  test("a code cell with a value or a statement is one task", () => {
    expect(keys("// %% A\nconst a = 1\n// %% B\nconsole.log(1)\n// %% C\nfor (;;) break\n// %% D\n'text'\n")).toEqual(["a", "b", "c", "d"]);
  });
  test("after= is an edge without data", () => {
    expect(task("// %% A\n1\n// %% Long name\n2\n// %% C after=a,long-name\n3\n", "c").needs).toEqual([
      { task: "a", names: [] },
      { task: "long-name", names: [] },
    ]);
    expect(task('// %% Long name\n2\n// %% C after="Long name"\n3\n', "c").options.after).toEqual(["long-name"]);
  });
  test("after= a missing task, a markdown cell or one that only defines things is unknown-task", () => {
    expect(message("// %% Load\n1\n// %% B after=Lod\n1\n", "unknown-task")).toContain('Did you mean "load"');
    expect(faults("// %% M [markdown]\n// x\n// %% H\nconst f = () => 1\n// %% B after=m,h\n1\n")).toEqual([
      "unknown-task b:1:15",
      "unknown-task b:1:15",
    ]);
  });
  test("a broken cell bars what reads it, and nothing else", () => {
    const text = "// %% A\nconst a = ;\n// %% B\na\n// %% C\nconst ok = 1\n";
    expect(codes(text)).toEqual(["syntax-error"]);
    expect(keys(text)).toEqual(["c"]);
    expect(keys("// %% A\nconst a = ((\n// %% B\na\n// %% C\n1\n")).toEqual(["c"]);
  });
  test("ranges are lines and columns inside the cell", () => {
    expect(build("// %% A\n1\n// %% B\n\nconst fetch = 1\n").diagnostics[0]).toMatchObject({
      code: "shadowed-global",
      severity: "warning",
      place: { cell: "c2", cellKey: "b", in: "source", line: 2, column: 7, endLine: 2, endColumn: 12 },
    });
  });
});

describe("§5 parameters", () => {
  const params = (source: string) => build(`// %% P [params]\nimport { param } from "heddle"\n${source}\n`);
  const use = (name: string) => `\n// %% U\n${name}`;
  test("default and options are read without running anything", () => {
    const { dag, diagnostics } = params(`const p = param(-0.5, { title: "T", description: \`D\`, min: -1, max: 1 } as const)${use("p")}`);
    expect(diagnostics).toEqual([]);
    expect(dag.params).toEqual([
      {
        name: "p",
        default: -0.5,
        type: "number",
        title: "T",
        description: "D",
        min: -1,
        max: 1,
        integer: false,
        options: undefined,
        multiple: false,
        pattern: undefined,
        format: undefined,
      },
    ]);
  });
  test("the type is the widened type of the default, or the union of options", () => {
    const type = (source: string) => params(`const p = param(${source})${use("p")}`).dag.params[0]?.type;
    expect([
      type("1"),
      type('"a"'),
      type("true"),
      type("null"),
      type("[1]"),
      type("{ a: 1 }"),
      type('"a", { options: ["a", "b"] }'),
      type('1, { options: [1, "b"] }'),
      type('["a"], { multiple: true, options: ["a", "b"] }'),
    ]).toEqual(["number", "string", "boolean", "json", "json", "json", "string", "json", "string"]);
  });
  test("what is no literal, no known option or does not fit is bad-param", () => {
    for (const source of [
      "const p = param()",
      "const p = param(x)",
      "const p = param(1 + 1)",
      "const p = param(1, 2)",
      "const p = param(1, { min: 'a' })",
      "const p = param(1, { step: 1 })",
      "const p = param(5, { max: 1 })",
      "const p = param('a', { min: 1 })",
      "const p = param('a', { options: ['b'] })",
      "const p = param(1.5, { integer: true })",
      "const p = param('a', { pattern: '[' })",
      "const p = param('x', { format: 'date' })",
      "const p = param('a', { multiple: true })",
      "const p = param(1, { min: 3, max: 2 })",
      "let p = param(1)",
      "const { p } = param(1)",
      "const p = 2",
      "console.log(1)",
      "const p = param(1, { ...o })",
      "const p = param([,])",
      "const p = param(`${1}`)",
      "const p = param('a', { format: 'colour' })",
    ]) {
      expect(
        params(source + use("typeof p")).diagnostics.map((one) => one.code),
        source,
      ).toContain("bad-param");
    }
  });
  test("one notebook has at most one params cell, and param stands nowhere else", () => {
    expect(faults("// %% A [params]\n// %% B [params]\n")).toEqual(["bad-param b:1:9"]);
    expect(faults('// %% A\nimport { param as p } from "heddle"\nconst x = p(1)\n')).toEqual(["bad-param a:2:11"]);
  });
  test("a task depends only on the parameters that it reads", () => {
    const text =
      '// %% P [params]\nimport { param } from "heddle"\nconst a = param(1), b = param(2), c = param(3)\n// %% A\na\n// %% B each="x of [b]" when="c > 0"\nx\n';
    expect(build(text).diagnostics).toEqual([]);
    expect([task(text, "a").params, task(text, "b").params]).toEqual([["a"], ["b", "c"]]);
  });
  test("a parameter that nobody reads is unused-param", () => {
    expect(faults('// %% P [params]\nimport { param } from "heddle"\nconst a = param(1)\n')).toEqual(["unused-param p:2:7"]);
  });
});

describe("§6 options", () => {
  const options = (header: string) => task(`// %% Z\n1\n// %% A ${header}\n1\n`, "a").options;
  test("the defaults are those of the page", () => {
    expect(options("")).toEqual({
      after: [],
      concurrency: undefined,
      join: "all",
      on: undefined,
      retries: 0,
      retryDelay: 10_000,
      backoff: 2,
      jitter: 0.2,
      retryOn: ["error", "timeout"],
      timeout: 3_600_000,
      cpu: 1,
      memory: 2 ** 30,
      gpu: 0,
      cache: "on",
      pool: "default",
      priority: 0,
      lock: undefined,
      secrets: [],
      network: false,
      image: undefined,
      isolation: "run",
    });
  });
  test("every option is read", () => {
    const all =
      "after=z concurrency=3 join=done on=exit retries=2 retryDelay=1m30s backoff=1.5 jitter=0 retryOn=oom,lost timeout=500ms cpu=0.5 memory=4GB gpu=1 cache=1d pool=big priority=-1 lock=l secrets=A,B network=on image=python:3.12 isolation=container";
    expect(codes(`// %% Z\n1\n// %% A ${all}\n1\n`)).toEqual([]);
    expect(options(all)).toEqual({
      after: ["z"],
      concurrency: 3,
      join: "done",
      on: "exit",
      retries: 2,
      retryDelay: 90_000,
      backoff: 1.5,
      jitter: 0,
      retryOn: ["oom", "lost"],
      timeout: 500,
      cpu: 0.5,
      memory: 4 * 2 ** 30,
      gpu: 1,
      cache: 86_400_000,
      pool: "big",
      priority: -1,
      lock: "l",
      secrets: ["A", "B"],
      network: true,
      image: "python:3.12",
      isolation: "container",
    });
  });
  test("a value that does not fit is bad-header and says what would", () => {
    for (const option of [
      "concurrency=0",
      "join=some",
      "on=start",
      "retries=-1",
      "retries=1.5",
      "retryDelay=10",
      "backoff=0.5",
      "jitter=2",
      "retryOn=bug",
      "timeout=0",
      "timeout=soon",
      "cpu=0",
      "memory=4",
      "memory=0MB",
      "gpu=x",
      "cache=maybe",
      "priority=high",
      'secrets="A,,B"',
      "network=yes",
      "isolation=vm",
      'pool=""',
      "for=3s",
      "failFast=true",
    ]) {
      expect(codes(`// %% A ${option}\n1\n`), option).toEqual(["bad-header"]);
    }
    expect(message("// %% A timeout=soon\n1\n", "bad-header")).toMatch(/timeout= needs a time such as .*, not "soon"/);
  });
  test("each binds one element or the cross product of two lists", () => {
    const text = '// %% A\nconst xs = [1], ys = [2]\n// %% B each="x of xs, y of ys.map((n) => [n, 1])"\nconst z = [x, y]\n// %% C\nz\n';
    expect(codes(text)).toEqual([]);
    expect(task(text, "b")).toMatchObject({
      each: [
        { name: "x", source: "xs" },
        { name: "y", source: "ys.map((n) => [n, 1])" },
      ],
      needs: [{ task: "a", names: ["xs", "ys"] }],
      reads: { task: [], expand: ["xs", "ys"] },
    });
  });
  test("an element reads the parameters of its own text; what each spreads out is read before", () => {
    const text =
      '// %% P [params]\nimport { param } from "heddle"\nconst p = param(1), qs = param([1])\n// %% A each="q of qs" when="p > 0"\nq\n';
    expect(task(text, "a")).toMatchObject({ params: ["p", "qs"], paramReads: { task: ["p"], expand: ["qs"] } });
  });
  test("bad-each: shape, unknown name, clashes, own values, elements in sources, three lists", () => {
    for (const each of [
      "xs",
      "x in xs",
      "x of",
      "x of nope",
      "x of xs, x of xs",
      "x of own",
      "x of xs, y of x",
      "x of (",
      "a of xs, b of xs, c of xs",
      "class of xs",
      "own of xs",
      "x of xs = 1",
    ]) {
      expect(codes(`// %% A\nlet xs = [1]\n// %% B each="${each}"\nconst own = 1\n`), each).toContain("bad-each");
    }
    expect(codes('// %% A\nconst xs = [1]\n// %% B each="x of xs"\nconst f = () => x\nf()\n// %% C\nf()\n')).toEqual(["bad-each"]);
    expect(codes('// %% A\nconst xs = [1]\nconst x = 2\n// %% B each="x of xs"\nx\n')).toEqual([]);
  });
  test("bad-when: syntax, unknown names, own values, assignments", () => {
    for (const when of ["a >", "nope > 1", "own", "a = 1", "a; a"]) {
      expect(codes(`// %% A\nlet a = 1\n// %% B when="${when}"\nconst own = 1\n`), when).toContain("bad-when");
    }
    expect(codes('// %% A\nlet a = 1\n// %% B when="(a as number) > Math.PI"\n1\n')).toEqual([]);
    expect(codes('// %% A\nlet xs = [1]\n// %% B each="x of xs" when="x > 1"\n1\n')).toEqual([]);
  });
  test("handlers come last and may read what is not there", () => {
    const text = '// %% A on=failure\nimport { run } from "heddle"\nrun.id + String(z)\n// %% Z\nconst z = 1\n';
    expect(build(text).dag.tasks.map((one) => [one.key, one.options.on])).toEqual([
      ["z", undefined],
      ["a", "failure"],
    ]);
  });
  test("a task that waits for a handler is told so", () => {
    expect(codes("// %% H on=exit\nconst h = 1\n// %% B\nh\n// %% C after=h\n1\n")).toEqual(["bad-header", "bad-header"]);
  });
  test("a script cell needs run=, and reads values and parameters that there are", () => {
    const script = (options: string) =>
      `// %% P [params]\nimport { param } from "heddle";\nconst rate = param(1);\n// %% Rows\nconst rows = [1];\nexport const f = () => rows;\n// %% Py [script] ${options}\n// print(1)\n// %% End\n[rate, f()]\n`;
    const said = (options: string) => message(script(options), "bad-header");
    expect(said("run=python in=rows,rate out=c")).toBeUndefined();
    expect(task(script("run=python in=rows,rate out=c"), "py")).toMatchObject({
      needs: [{ task: "rows", names: ["rows"] }],
      params: ["rate"],
    });
    expect(said("in=rows")).toContain("needs run=");
    expect(said('run=" "')).toContain("needs run=");
    expect(said("run=python in=row")).toContain('Did you mean "rows"?');
    expect(said("run=python in=missing")).toContain('No cell defines "missing"');
    expect(said("run=python in=f")).toContain("travels as source");
    expect(said("run=python in=c out=c")).toContain("cannot read it too");
    expect(said("run=python in=1a")).toContain("cannot be a name");
    expect(said("run=python in=rows,,rate")).toContain("in= needs names");
    expect(keys(script("run=python in=missing"))).not.toContain("py");
  });
  test("approval, wait, script and sql cells are tasks with settings", () => {
    const text =
      "// %% Rows\nconst rows = []\n// %% Ask [approval] form=yes,comment assignees=ada\n// Ship **it**?\n// %% Wait [wait] for=20s\n// %% Py [script] image=python:3.12 run=python in=rows out=c\n// print(1)\n// %% Q [sql] out=best\n// select * from rows\n// %% End\n[comment, c, best]\n";
    const { dag, diagnostics } = build(text);
    expect(diagnostics).toEqual([]);
    expect(dag.tasks.map((one) => [one.key, one.kind, one.needs.map((need) => need.task), one.outputs])).toEqual([
      ["ask", "approval", [], ["comment"]],
      ["rows", "code", [], ["rows"]],
      ["py", "script", ["rows"], ["c"]],
      ["q", "sql", ["rows"], ["best"]],
      ["end", "code", ["ask", "py", "q"], []],
      ["wait", "wait", [], []],
    ]);
    expect(dag.tasks[0]!.settings).toEqual({ form: "yes,comment", assignees: "ada" });
    expect(codes("// %% W [wait]\n")).toEqual(["bad-header"]);
  });
});

describe("§7, §8 what a task names", () => {
  test("datasets are the literal arguments of dataset, directly or through portable definitions", () => {
    expect(
      task('// %% A\nimport { dataset as d } from "heddle"\nconst f = () => d("b.csv")\n// %% B\n[d("a.csv"), f()]\n', "b").datasets,
    ).toEqual(["a.csv", "b.csv"]);
    expect(task('// %% A\nimport { dataset } from "heddle"\nconst n = "x"\ndataset(n)\n', "a").datasets).toBe("any");
    expect(task('// %% A\nimport * as h from "heddle"\nh.dataset("x")\n', "a").datasets).toBe("any");
  });
  test("the fingerprint ignores layout, comments, types and titles of other cells, and sees everything else", () => {
    const print = (text: string, key = "b") => task(text, key).fingerprint;
    const base = print("// %% A\nconst a = 1\nconst f = () => 1\n// %% B\nconst b = a + f(); 'x'\n");
    for (const same of [
      "// %% A\nconst a = 2\nconst f = () => 1\n// %% B\nconst b = a + f(); 'x'\n",
      '// %% X\n1\n// %% A\nconst a = 1\nconst f = (): number => (1)\n// %% B cpu=2\n// why\nconst b: number =\n  a + f();\n"x";\n',
    ])
      expect(print(same), same).toBe(base);
    for (const other of [
      "// %% A\nconst a = 1\nconst f = () => 2\n// %% B\nconst b = a + f(); 'x'\n",
      "// %% A\nconst a = 1\nconst f = () => 1\n// %% B\nconst b = a - f(); 'x'\n",
      "// %% A\nconst a = 1\nconst f = () => 1\n// %% B network=on\nconst b = a + f(); 'x'\n",
      '// %% A\nconst a = 1\nconst f = () => 1\n// %% B when="a > 1"\nconst b = a + f(); "x"\n',
      "// %% A\nconst a = 1\nconst f = () => 1\n// %% B\nconst b = a + f(); 'x'\n// %% C\nb\n",
    ])
      expect(print(other), other).not.toBe(base);
  });
});

describe("§9 diagnostics", () => {
  test("a value definition that hides a global is shadowed-global; types, imports and privates are not", () => {
    expect(faults("// %% A\nclass Map {}\nconst { process } = { process: 1 }\n")).toEqual([
      "shadowed-global a:1:7",
      "shadowed-global a:2:9",
    ]);
    expect(codes('// %% A\ntype Event = 1\nimport { Buffer } from "node:buffer"\nconst _x = 1\n')).toEqual([]);
  });
  test("errors and warnings are told apart", () => {
    const severities = build("// %% A\nconst ok = ;\n// %% B\nconst Map = 1\n").diagnostics.map((one) => one.severity);
    expect(severities).toEqual(["error", "warning"]);
  });
  test("packages that neither the base nor the front matter has are refused; dependencies are judged where they stand", () => {
    const text =
      '// ---\n// dependencies:\n//   lodash: file:../x\n//   zod: ^4\n// ---\n\n// %% A\nimport _ from "left-pad/fp"\nimport { z } from "zod/mini"\nimport fs from "node:fs"\nimport { metric } from "heddle"\n';
    expect(faults(text, { packages: ["@a/b"] })).toEqual(["bad-header :2:3", "unsupported-syntax a:1:15"]);
    const missing = message(text, "unsupported-syntax", { packages: ["@a/b"] })!;
    expect(missing).toContain('no package "left-pad": add it');
    expect(missingPackageOf(missing)).toBe("left-pad");
    expect(faults(text)).toEqual(["bad-header :2:3"]);
    expect(faults('// %% A\nimport a from "@a/b/c"\n', { packages: ["@a/b"] })).toEqual([]);
  });
});
