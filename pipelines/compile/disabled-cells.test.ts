/** `disabled=on`: the cell and what reads it do not run; its names stay its own, its definitions go on travelling. */
import { expect, test } from "vitest";
import { parse } from "../notebook/parse";
import { compile } from "./compile";

const keys = (text: string) => compile(parse(text)).dag.tasks.map(({ key }) => key);
const text = (option: string) => `// %% Load${option}
const rows = [1, 2];
function twice(x: number) { return 2 * x; }

// %% Train
const model = rows.length;

// %% Report after=train
export const report = 1;

// %% Aside
export const aside = twice(21);
`;

test("a cell that is switched off is no task, and neither is what needs it; the rest runs", () => {
  expect(keys(text(""))).toEqual(["aside", "load", "train", "report"]);
  const { dag, diagnostics } = compile(parse(text(" disabled=on")));
  expect(dag.tasks.map(({ key }) => key)).toEqual(["aside"]);
  expect(diagnostics).toEqual([]);
  expect(dag.disabled).toEqual([
    { cell: "c1", key: "load", by: "load" },
    { cell: "c2", key: "train", by: "load" },
    { cell: "c3", key: "report", by: "load" },
  ]);
  expect(dag.outputs).toEqual([{ name: "aside", task: "aside" }]);
});

test("disabled=off and no option mean the same, and say nothing of it", () => {
  const { dag } = compile(parse(text(" disabled=off")));
  expect(dag.tasks).toHaveLength(4);
  expect(dag).not.toHaveProperty("disabled");
});

test("its names are still taken", () => {
  const { diagnostics } = compile(parse("// %% A disabled=on\nconst a = 1;\n\n// %% B\nconst a = 2;\n"));
  expect(diagnostics.map(({ code }) => code)).toEqual(["duplicate-name", "duplicate-name"]);
});

test("a word that is no switch is said in the header, and a default for all cells is refused", () => {
  const messages = (source: string) => compile(parse(source)).diagnostics.map(({ message }) => message);
  expect(messages("// %% A disabled=yes\nconst a = 1;\n")).toEqual([expect.stringContaining("disabled= needs on or off")]);
  expect(messages("// ---\n// defaults: { disabled: on }\n// ---\n\n// %% A\nconst a = 1;\n")).toEqual([
    expect.stringContaining("belongs to one cell"),
  ]);
});
