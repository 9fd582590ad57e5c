import { expect, test } from "vitest";
import { applyEdit } from "../notebook/apply-edit";
import { format } from "../notebook/format";
import type { Notebook } from "../notebook/notebook";
import { parse } from "../notebook/parse";
import { renameName } from "./rename-name";

/** Renames the name at `|` and gives the whole text, or the fault. */
function rename(text: string, to: string): string | undefined {
  const marked = parse(text);
  const cell = marked.cells.find(({ source }) => source.includes("|"))!;
  const offset = cell.source.indexOf("|");
  const notebook: Notebook = { cells: marked.cells.map((one) => ({ ...one, source: one.source.replace("|", "") })) };
  const renaming = renameName(notebook.cells, cell.id, offset, to);
  if (!renaming) return undefined;
  return "fault" in renaming ? renaming.fault : format(renaming.edits.reduce(applyEdit, notebook));
}

test("a name is renamed where it is defined and wherever it is read, in headers too", () => {
  expect(
    rename(
      `// %% Load\nconst ro|ws = [{ rows: 1 }];\n\n// %% Each each="row of rows.slice(1)" when="rows.length > 1"\nconst out = { rows, n: row.rows };\nfunction f(rows: number) { return rows; }\nconst g = (x = rows) => x;\n\n// %% Types\ntype Row = (typeof rows)[number];\nexport { rows };\n`,
      "cars",
    ),
  ).toBe(
    `// %% Load\nconst cars = [{ rows: 1 }];\n\n// %% Each each="row of cars.slice(1)" when="cars.length > 1"\nconst out = { rows: cars, n: row.rows };\nfunction f(rows: number) { return rows; }\nconst g = (x = cars) => x;\n\n// %% Types\ntype Row = (typeof cars)[number];\nexport { cars };\n`,
  );
});

test("from a place where it is read, a destructured name keeps its property", () => {
  expect(
    rename(
      `// %% A\nconst { train, test = 1 } = split();\nfunction split() { return { train: 1, test: 2 }; }\n\n// %% B\nconst n = te|st + train;\n`,
      "held",
    ),
  ).toBe(
    `// %% A\nconst { train, test: held = 1 } = split();\nfunction split() { return { train: 1, test: 2 }; }\n\n// %% B\nconst n = held + train;\n`,
  );
});

test("an imported name keeps what it is called in its package, in every cell that imports it", () => {
  expect(
    rename(
      `// %% A\nimport { metric } from "heddle";\nmet|ric("a", 1);\n\n// %% B\nimport { metric } from "heddle";\nmetric("b", 1);\n`,
      "record",
    ),
  ).toBe(
    `// %% A\nimport { metric as record } from "heddle";\nrecord("a", 1);\n\n// %% B\nimport { metric as record } from "heddle";\nrecord("b", 1);\n`,
  );
});

test("an element of each and a private name belong to their cell alone", () => {
  expect(rename(`// %% A each="x of [1]"\nconst y = |x;\n\n// %% B each="x of [2]"\nconst z = x;\n`, "one")).toBe(
    `// %% A each="one of [1]"\nconst y = one;\n\n// %% B each="x of [2]"\nconst z = x;\n`,
  );
  expect(rename(`// %% A\nconst _t|mp = 1;\n\n// %% B\nconst _tmp = 2;\n`, "_one")).toBe(
    `// %% A\nconst _one = 1;\n\n// %% B\nconst _tmp = 2;\n`,
  );
});

test("a local name is not the notebook's", () => {
  expect(rename(`// %% A\nfunction f(ro|ws: number) { return rows; }\nconst rows = 1;\n`, "cars")).toBeUndefined();
  expect(rename(`// %% A\nconst a = Ma|th.PI;\n`, "cars")).toBeUndefined();
});

test("what cannot be is refused with the reason", () => {
  const two = `// %% A\nconst ro|ws = 1;\n\n// %% B\nconst cars = rows;\nfunction g(inner: number) { return rows + inner; }\n`;
  expect(rename(two, "cars")).toBe('"cars" already means something in "b".');
  expect(rename(two, "inner")).toBe('"inner" already means something in "b".');
  expect(rename(two, "class")).toBe('"class" cannot be a name.');
  expect(rename(two, "Math")).toBe('"Math" is a global of JavaScript or Node.');
  expect(rename(two, "_rows")).toBe('A name that starts with _ is private to its cell, and other cells read "rows".');
  expect(rename(`// %% A\nconst ro|ws = 1;\n\n// %% B\nconst x = "rows;\n`, "cars")).toBe(
    '"b" mentions "rows" and cannot be read: mend its syntax first.',
  );
  expect(rename(`// %% A\nconst ro|ws = 1;\n\n// %% B [script] image=python:3.12 run=python in=rows out=n\n// n = 1\n`, "cars")).toBe(
    '"rows" stands in the header of "b", where a form or a script knows it: rename it by hand.',
  );
});
