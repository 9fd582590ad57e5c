import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyEdit } from "../notebook/apply-edit";
import type { Notebook } from "../notebook/notebook";
import { parse } from "../notebook/parse";
import { compile, CompilerMemory } from "./compile";
import type { Dag } from "./dag";

const real = `// ---
// title: Fuel economy
// defaults:
//   retries: 1
// ---

// %% Parameters [params]
import { param } from "heddle";
const learningRate = param(0.05, { min: 0.0001, max: 1 });

// %% Load retries=2 cache=1d
import { dataset } from "heddle";
type Car = { Name: string; mpg: number | null };
const cars = (await dataset("cars.json").json<Car[]>()).filter((car) => car.mpg !== null);

// %% Split
function shuffle<T>(rows: T[], seed: number): T[] { return rows; }
const folds = kFold(shuffle(cars, 7), 5);

// %% Helpers
const kFold = <T,>(rows: T[], k: number) => { const size = Math.ceil(rows.length / k); return _chunk(rows, size); };
function _chunk<T>(rows: T[], size: number) { return [rows.slice(0, size)]; }
class Model { weights: number[] = []; fit(rows: Car[]) { this.weights.push(rows.length * scale); return this; } }

// %% Scale
const scale = 3;

// %% Train each="fold of folds" when="fold.length > 0" timeout=10m
const { fitted } = { fitted: new Model().fit(fold) };
let mae = 0;
for (const weight of fitted.weights) mae += weight * learningRate;

// %% Report join=any
export const meanAbsoluteError = mae.reduce((a, b) => a + b, 0) / mae.length;
meanAbsoluteError;

// %% Tell on=exit
import { run } from "heddle";
console.log(run.id, scale);
`;

/** What must not change when only the writing does. */
const shape = (dag: Dag) => ({
  tasks: dag.tasks.map(({ key, needs, params, outputs, fingerprint, datasets, reads, display }) => ({
    key,
    needs,
    params,
    outputs,
    fingerprint,
    datasets,
    reads,
    display,
  })),
  params: dag.params,
  outputs: dag.outputs,
});
/** Plain comparisons: an `expect` per place costs more than the compiler does. */
function checkSound(text: string): void {
  const notebook = parse(text);
  const { dag, diagnostics } = compile(notebook);
  for (const { message, place } of diagnostics) {
    if (message === "" || /could not read this cell/.test(message)) throw new Error(`the compiler fell: ${message}`);
    if (place.in !== "source") continue;
    const lines = notebook.cells.find((cell) => cell.id === place.cell)!.source.split("\n");
    const isInside = (line: number, column: number) =>
      line >= 1 && line <= lines.length && column >= 1 && column <= lines[line - 1]!.length + 1;
    if (!isInside(place.line, place.column) || !isInside(place.endLine, place.endColumn)) {
      throw new Error(`a place outside its cell: ${JSON.stringify({ message, place })}`);
    }
  }
  const known = new Set<string>();
  for (const task of dag.tasks) {
    for (const need of task.needs) if (!known.has(need.task)) throw new Error(`${task.key} stands before ${need.task}`);
    known.add(task.key);
  }
}

const compiled = (notebook: Notebook) => compile(notebook);

describe("the compiler is total", () => {
  test("it never throws on arbitrary text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
        checkSound(text);
      }),
      { numRuns: 500 },
    );
  });
  test("it never throws on a mutated real notebook, and every place is inside its cell", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "// %%",
        "{",
        "}",
        "(",
        ")",
        ";",
        "=",
        "=>",
        "const ",
        "export ",
        "import ",
        "class ",
        "enum ",
        "type ",
        "async ",
        "await ",
        "...",
        "`",
        "'",
        '"',
        "/",
        "/*",
        "<",
        ">",
        "@",
        "#a",
        "return ",
        "let _ = ",
        "namespace A.B { export const c = 1 }",
        "abstract class Q { abstract x: number }",
        "export default ",
        "export * from 'x'",
        "using r = x;",
        "for (const a of b)",
        "{ get [x]() { return 1 } }",
        "function* g() { yield }",
        "[mae] = [1]",
        "new.target",
        "import.meta",
        "import('x')",
        "declare const z: 1;",
        "declare global { var q: 1 }",
        "accessor ",
        "satisfies X",
        "<T,>() => 1",
        ' each="x of mae"',
        ' when="scale"',
        " after=load",
        "\r\n",
        "\u2028",
        "({ __proto__: null })",
      ),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(real.length), fc.nat(30), piece), { minLength: 1, maxLength: 4 }), (edits) => {
        checkSound(edits.reduce((old, [at, cut, put]) => old.slice(0, at) + put + old.slice(at + cut), real));
      }),
      { numRuns: 400 },
    );
  });
  // Found by other seeds of the law above.
  test("a place is inside its cell where the parser gives no offset", () => {
    checkSound("// %% A\ntype A = -0s;\n");
    checkSound("// %% A\n1\n// %% Load retries=2\nimport { dataset } from 'heddle';\ntype -0ar = { Name: string };\n");
  });
});

describe("the DAG does not change", () => {
  test("the notebook of these laws has no diagnostics", () => {
    expect(compile(parse(real)).diagnostics).toEqual([]);
  });
  test("under reordering of cells with titles", () => {
    const notebook = parse(real);
    fc.assert(
      fc.property(fc.shuffledSubarray([...notebook.cells], { minLength: notebook.cells.length }), (cells) => {
        expect(shape(compiled({ ...notebook, cells }).dag)).toEqual(shape(compiled(notebook).dag));
      }),
      { numRuns: 50 },
    );
  });
  test("under renaming of locals", () => {
    const renamed = real.replace(/\b(rows|size|seed|car|weight|k)\b/g, "$1_other").replace(/\ba\b/g, "total");
    expect(renamed).not.toBe(real);
    const withoutPrints = (dag: Dag) => ({
      ...shape(dag),
      tasks: shape(dag).tasks.map((task) => ({ ...task, fingerprint: "" })),
    });
    expect(withoutPrints(compiled(parse(renamed)).dag)).toEqual(withoutPrints(compiled(parse(real)).dag));
  });
  test("under reformatting", () => {
    const spaces = fc.constantFrom(" ", "  ", "\n", " /* note */ ", "\n// note\n\n");
    const notebook = parse(real);
    fc.assert(
      fc.property(fc.array(spaces, { minLength: 10, maxLength: 10 }), (fill) => {
        let i = 0;
        const cells = notebook.cells.map((cell) => ({
          ...cell,
          source: cell.kind === "code" ? cell.source.replace(/(?<=[;{,(]) ?/g, () => fill[i++ % fill.length]!) : cell.source,
        }));
        expect(shape(compiled({ ...notebook, cells }).dag)).toEqual(shape(compiled(notebook).dag));
      }),
      { numRuns: 50 },
    );
  });
  test("by what the compiler remembers: with a memory and without, edits give the same", () => {
    const sources = fc.constantFrom(
      "const scale = 4;",
      "const x = fold",
      "scale",
      "const _chunk = 1",
      "class Model {}",
      "const = 1",
      "export const z = scale + mae",
      "const scale = meanAbsoluteError",
      "function kFold() { return [scale] }",
      "",
    );
    const edit = fc.oneof(
      fc.record({ type: fc.constant("set-source" as const), id: fc.nat(8).map((n) => `c${n}`), source: sources }),
      fc.record({ type: fc.constant("move-cell" as const), id: fc.nat(8).map((n) => `c${n}`), index: fc.nat(8) }),
      fc.record({
        type: fc.constant("set-title" as const),
        id: fc.nat(8).map((n) => `c${n}`),
        title: fc.constantFrom("", "Load", "Other"),
      }),
      fc.record({ type: fc.constant("delete-cell" as const), id: fc.nat(8).map((n) => `c${n}`) }),
      fc.record({
        type: fc.constant("set-kind" as const),
        id: fc.nat(8).map((n) => `c${n}`),
        kind: fc.constantFrom("code", "markdown", "params", "odd"),
      }),
      fc.record({
        type: fc.constant("set-options" as const),
        id: fc.nat(8).map((n) => `c${n}`),
        options: fc.constantFrom(
          [],
          [{ key: "after", value: "scale" }],
          [{ key: "each", value: "q of mae" }],
          [{ key: "when", value: "scale > 1" }],
          [{ key: "on", value: "exit" }],
        ),
      }),
      fc.record({
        type: fc.constant("set-front-matter" as const),
        frontMatter: fc.constantFrom(undefined, "defaults:\n  cpu: 2", "title: x"),
      }),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
        const memory = new CompilerMemory();
        let notebook = parse(real);
        compile(notebook, { memory });
        for (const one of edits) {
          notebook = applyEdit(notebook, one);
          expect(compile(notebook, { memory })).toEqual(compile(notebook));
        }
      }),
      { numRuns: 80 },
    );
  });
});
