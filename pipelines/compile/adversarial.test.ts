/** What a TypeScript programmer may write that a shallow reader of names would get wrong. */
import { describe, expect, test } from "vitest";
import { parse } from "../notebook/parse";
import { compile } from "./compile";

const build = (text: string) => compile(parse(text));
const codes = (text: string) => build(text).diagnostics.map((one) => one.code);
const messages = (text: string) => build(text).diagnostics.map((one) => one.message);
/** What cell B reads of cell A, which defines `x`. */
const reads = (source: string) => {
  const { dag, diagnostics } = build(`// %% A\nconst x: any = 1\n// %% B\n${source}\n;0\n`);
  expect(
    diagnostics.filter((one) => one.severity === "error"),
    source,
  ).toEqual([]);
  return dag.tasks.find((one) => one.key === "b")!.needs.flatMap((need) => need.names);
};
const program = (text: string, key: string) => build(text).dag.tasks.find((one) => one.key === key)!.program;

describe("no reference", () => {
  for (const [why, source] of [
    ["a parameter shadows it", "[1].map((x) => x)"],
    ["a destructured parameter shadows it", "[{ x: 1 }].map(({ x }) => x)"],
    ["a renamed destructured parameter shadows it", "[{ y: 1 }].map(({ y: x = 2 }) => x)"],
    ["a rest parameter shadows it", "((...x: number[]) => x)(1)"],
    ["a catch clause binds it", "try { 1 } catch (x) { x }"],
    ["a catch clause destructures it", "try { 1 } catch ({ x }) { x }"],
    ["it is a class field", "void class { x = 1; static x = 2; #x = 3; get y() { return this.x + this.#x } }"],
    ["it is a method's name", "void { x() { return 1 }, get y() { return 2 } }"],
    ["it is a label", "x: for (;;) { continue x }".replace("continue", "break")],
    ["it is a key", "void { x: 1 }"],
    ["it is a property", "void ({} as any).x?.x"],
    ["it is a loop's own", "for (let x = 0; x < 1; x++) void x"],
    ["it is a for-of's own", "for (const [x] of [[1]]) void x"],
    ["a nested function declares it below its use", "void (() => { f(); function f() { return x } var x = 1 })"],
    ["a function expression is called so", "void function x() { return x }"],
    ["a class expression is called so", "void class x { a = x }"],
    ["it is a type parameter", "void (<x,>(a: x): a is x & {} => true)"],
    ["it is a mapped type's key", "let t: { [x in 'a']: x } | undefined"],
    ["it is a tuple's label", "let t: [x: number, y?: string] | undefined"],
    ["it is a function type's parameter", "let t: ((x: number) => x is 1) | undefined"],
    ["it is an import attribute's key", "import data from 'pkg' with { x: 'json' }; void data"],
    ["it is in a text", "void 'x'; void `x`; void /x['\"`]/g"],
    ["it is in a comment", "// x\n/* ${x} */"],
    ["it is another module's export", "import { x as y } from 'm'; void y"],
    ["an enum's member has that name", "enum E { x = 1, y = x << 1 }; void E"],
    ["a namespace defines it", "namespace N { export const x = 1; export const y = x }; void N"],
    ["it is the name in new.target or arguments", "void function () { return [new.target, arguments] }"],
    ["it is bound by using in a block", "{ using x = null as any; void x }"],
    ["it is a static block's", "void class { static { var x = 1; void x } }"],
  ] as const) {
    test(`when ${why}`, () => expect(reads(source)).toEqual([]));
  }
});

describe("a reference", () => {
  for (const [why, source] of [
    ["object shorthand", "void { x }"],
    ["a default in a parameter", "void ((a = x) => a)"],
    ["a default before the same name is bound in an inner function", "void ((a = () => x, { b = x } = {}) => [a, b])"],
    ["a default in destructuring", "const { a = x, [x]: b } = {} as any"],
    ["a computed class member", "void class { [x] = 1; static [x]() { return 1 } }"],
    ["a class field's value", "void class { a = x }"],
    ["the base of a class", "void class extends x {}"],
    ["a decorator", "const C = class { @x m() { return 1 } }; void C"],
    ["a decorator with arguments", "@dec(x) class D {}\nfunction dec(a: any) { return a }\nvoid D"],
    ["a tagged template", "void x`a`"],
    ["a template", "void `a ${`b ${x}`} // %%`"],
    ["a spread", "void [...[x], { ...x }]"],
    ["an optional call", "void x?.()"],
    ["an async generator", "void (async function* () { yield* x; for await (const y of x) yield y })"],
    ["a top-level for await", "for await (const y of [x]) void y"],
    ["an initialiser of using", "{ using r = x; void r }"],
    ["an initialiser of await using", "{ await using r = x; void r }"],
    ["a generic arrow", "const f = <T,>(a: T) => [a, x] as const; void f(1)"],
    ["satisfies", "void (x satisfies number)"],
    ["as const, non-null and angle brackets", "void (x as 1)!; void <number>x"],
    ["an instantiation", "void x<string>"],
    ["a switch", "switch (x) { case 1: { let y = x; void y } }"],
    ["a label's body", "a: { void x; break a }"],
    ["a getter in an object", "void { get a() { return x } }"],
    ["import(x)", "void import(x)"],
    ["the options of import()", "void import('m', x)"],
    ["new", "void new x.A(x)"],
    ["in and instanceof", "void ('a' in x && {} instanceof x)"],
    ["a private name's owner", "void class { #a = 1; has(o: any) { return #a in o && x } }"],
    ["a catch without a parameter", "try { 1 } catch { void x }"],
    ["a block beside one that shadows it", "{ let x = 1; void x } { void x }"],
    ["an enum's initialiser", "enum E { a = x }; void E"],
    ["a namespace's body", "namespace N { export const a = x }; void N"],
    ["a regular expression beside it", "void (x / 2 / /[/\"']/.source.length)"],
    ["a conditional type beside it", "let t: typeof x extends infer x ? x : never; void x"],
    ["an overloaded function", "function f(a: 1): 1\nfunction f(a: 2): 2\nfunction f(a: any) { return x + a }\nvoid f(1)"],
  ] as const) {
    test(`in ${why}`, () => expect(reads(source)).toEqual(["x"]));
  }
  test("a name in type position alone needs no value", () => {
    for (const source of [
      "let t: typeof x | undefined",
      "void (0 as unknown as typeof x)",
      "type T = keyof typeof x",
      "void (null as import('m').x)",
      "let a: Array<typeof x.y>",
      "abstract class C { abstract m(): typeof x }",
    ]) {
      expect(reads(source), source).toEqual([]);
    }
  });
});

describe("declarations that merge or overload", () => {
  test("overloads, merged interfaces, enums and namespaces of one cell travel whole", () => {
    const text = [
      "// %% Defs",
      "function f(a: 1): 1",
      "function f(a: any) { return a }",
      "interface I { a: 1 }",
      "interface I { b: 2 }",
      "class N { a = 1 }",
      "namespace N { export type T = 1 }",
      "// %% Use",
      "let i: I, n = new N(), m: N.T; f(1)",
    ].join("\n");
    expect(codes(text)).toEqual([]);
    const body = program(text, "use").text;
    for (const part of ["return a", "class N"]) expect(body).toContain(part);
  });
  test("the second half of a merged enum or namespace travels too", () => {
    const text =
      "// %% Defs\nenum E { A }\nenum E { B = 1 }\nnamespace N { export const a = 1 }\nnamespace N { export const b = 2 }\n// %% Use\nE.B + N.b\n";
    const body = program(text, "use").text;
    for (const part of ["A }", "B = 1", "const a", "const b"]) expect(body).toContain(part);
  });
  test("a type and a value of one name in one cell are one name", () => {
    expect(
      codes("// %% A\nconst Color = { red: 1 } as const\ntype Color = keyof typeof Color\n// %% B\nlet c: Color = 'red'; Color[c]\n"),
    ).toEqual([]);
  });
});

describe("exports", () => {
  const outputs = (text: string) => build(text).dag.outputs.map((one) => one.name);
  test("lists, destructuring and let", () => {
    expect(outputs("// %% A\nexport const { a, b: [c] } = { a: 1, b: [2] }, d = 3\nexport let e = 1\n")).toEqual(["a", "c", "d", "e"]);
    expect(outputs("// %% A\nconst a = 1, b = 2\nexport { a, b }\n")).toEqual(["a", "b"]);
  });
  test("export type and type-only specifiers are no outputs", () => {
    expect(outputs("// %% A\ntype T = 1\nconst a = 1\nexport type { T }\nexport { a, type T as T }\n")).toEqual(["a"]);
    expect(codes("// %% A\nexport type T = 1\nexport interface I {}\nexport enum E { A }\nexport function f() {}\n")).toEqual([]);
  });
  test("export { a as b } says how to write it instead", () => {
    expect(messages("// %% A\nconst a = 1\nexport { a as b }\n")[0]).toContain("export const b = a");
  });
  test("a value exported twice is one output", () => {
    expect(outputs("// %% A\nexport const a = 1\n// %% B\nexport { a }\n")).toEqual(["a"]);
  });
});

describe("private names", () => {
  test("every sort of definition may be private and repeated", () => {
    const body =
      "const _a = 1; let _b = 2; function _f() { return _a } class _C {} type _T = 1; enum _E { A } import { x as _x } from 'm'\n_f()\n";
    expect(codes(`// %% A\n${body}// %% B\n${body}`)).toEqual([]);
  });
  test("another cell's private name is no name here", () => {
    expect(codes("// %% A\nlet _a = 1\n// %% B\n_a = 2\n")).toEqual([]);
  });
});

describe("imports", () => {
  test("the same import in type and value form merges to the value", () => {
    const text = '// %% A\nimport type { z } from "zod"\nlet t: z\n// %% B\nimport { z } from "zod"\nz\n// %% C\nz\n';
    expect(codes(text)).toEqual([]);
    for (const key of ["b", "c"]) expect(program(text, key).imports.map((one) => one.imported)).toEqual(["z"]);
  });
  test("default, namespace and string-named imports are told apart", () => {
    const text = '// %% A\nimport d, * as n from "m"\nimport { "a-b" as s, default as e } from "m"\n[d, n, s, e]\n';
    expect(program(text, "a").imports.map(({ imported, local }) => `${local}=${imported}`)).toEqual([
      "d=default",
      "e=default",
      "n=*",
      "s=a-b",
    ]);
  });
  test("an import for its effect runs in its own cell only", () => {
    const text = '// %% A\nimport "m"\n1\n// %% B\n2\n';
    expect(program(text, "a").imports).toMatchObject([{ module: "m", local: "" }]);
    expect(program(text, "b").imports).toEqual([]);
  });
});

describe("each and when", () => {
  const header = (options: string) =>
    `// %% P [params]\nimport { param } from "heddle"\nconst list = param([1, 2])\n// %% A\nconst v = [1]\nconst half = () => v.map((n) => n / 2)\n// %% B ${options}\n1\n`;
  const taskB = (options: string) => build(header(options)).dag.tasks.find((one) => one.key === "b")!;
  test("each may go over a parameter", () => {
    expect(taskB('each="n of list"')).toMatchObject({ params: ["list"], needs: [], reads: { task: [], expand: [] } });
  });
  test("each and when through a portable function need the values that it reads", () => {
    expect(taskB('each="n of half()"')).toMatchObject({ needs: [{ task: "a", names: ["v"] }], reads: { task: [], expand: ["v"] } });
    expect(taskB('when="half().length > 0"')).toMatchObject({ needs: [{ task: "a", names: ["v"] }], reads: { task: ["v"], expand: [] } });
  });
  test("commas inside a source do not part it", () => {
    expect(build(header('each="n of [1, 2].concat(list), m of v"')).dag.tasks.find((one) => one.key === "b")!.each).toEqual([
      { name: "n", source: "[1, 2].concat(list)" },
      { name: "m", source: "v" },
    ]);
  });
  test("an element is bound in the cell, also where another cell defines its name", () => {
    expect(codes('// %% A\nconst xs = [1]\nconst x = 2\n// %% B each="x of xs"\nx = 3 as any\n')).toEqual([]);
  });
});

describe("names of the machinery", () => {
  test("__heddle is refused with a clear message, wherever it stands", () => {
    for (const source of ["const __heddle = 1", "__heddle.inputs", "const f = (__heddle: any) => __heddle"]) {
      expect(codes(`// %% A\n${source}\n`), source).toContain("unsupported-syntax");
      expect(messages(`// %% A\n${source}\n`)[0], source).toContain("choose another");
    }
    expect(codes('// %% A each="__heddle of [1]"\n1\n')).toEqual(["bad-each"]);
    expect(codes('// %% A when="__heddle.params.x"\n1\n')).toEqual(["bad-when"]);
    expect(codes("// %% A\n'__heddle'\n// %% B\n1 // __heddle\n")).toEqual([]);
  });
});

describe("syntax errors say what to write instead", () => {
  for (const [source, said] of [
    ["const a = ;", '";" cannot stand here'],
    ["const a = (1", "The cell ends in the middle of a statement"],
    ["if (a) {", "close what is open"],
    ['const s = "abc', "end it with the same quote"],
    ["`abc", "backticks"],
    ["/* abc", "end it with */"],
    ["let x = 1; let x = 2", '"x" is declared twice'],
    ["const a", "needs a value"],
    ["a b", "put ; or a new line"],
    ["const class = 1", '"class" is a word of the language'],
    ["function f() { await g() }", "write async before this function"],
    ["const s = “abc”", "write straight quotes"],
    ["1 = 2", "To compare, write ==="],
    ["break", "in loops only"],
    ["a ?? b || c", "(a ?? b) || c"],
  ] as const) {
    test(source, () => expect(messages(`// %% A\n${source}\n`)[0]).toContain(said));
  }
});
