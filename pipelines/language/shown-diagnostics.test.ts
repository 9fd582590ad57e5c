import { expect, test } from "vitest";
import { compile } from "../compile/compile";
import { parse } from "../notebook/parse";
import type { TypeDiagnostic } from "./messages";
import { checkPorts, showDiagnostics } from "./shown-diagnostics";

const at = (line: number, column: number, endColumn: number, code = 2322): TypeDiagnostic => ({
  line,
  column,
  endLine: line,
  endColumn,
  code,
  message: "No.",
  severity: "error",
});

test("where the compiler speaks the types are silent, elsewhere both are heard", () => {
  const { cells } = parse(`// %% A\nconst a = 1;\nb = 2;\n\n// %% B\nlet b = 1;\n`);
  const { diagnostics } = compile({ cells });
  const compiled = diagnostics.filter(({ place }) => place.cell === "c1");
  expect(compiled.map(({ code }) => code)).toEqual(["foreign-assignment"]);
  const shown = showDiagnostics(cells[0]!, "a", compiled, [at(2, 1, 2, 2632), at(1, 7, 8)]);
  expect(shown.map(({ code }) => code)).toEqual(["foreign-assignment", "TS2322"]);
  expect(showDiagnostics(cells[0]!, "a", compiled, [])).toBe(compiled);
});

test("of a text that cannot be read only the compiler says so", () => {
  const { cells } = parse(`// %% A\nconst b = 1;\nconst a = b * 2 *\n`);
  const { diagnostics } = compile({ cells });
  const shown = showDiagnostics(cells[0]!, "a", diagnostics, [at(1, 3, 4, 1109), at(2, 11, 12, 2363), at(1, 7, 8, 2322)]);
  expect(shown.map(({ code }) => code)).toEqual(["syntax-error", "TS2322"]);
});

test("what is wrong in an option stands in the header", () => {
  const { cells } = parse(`// %% A each="n of 5"\nconst a = n;\n`);
  const [shown] = showDiagnostics(cells[0]!, "a", [], [{ ...at(1, 1, 1), option: "each" }]);
  expect(shown!.place).toMatchObject({ in: "header", column: 14 });
});

test("a value that cannot travel is refused where somebody reads it, once, with reader and remedy", () => {
  const { cells } = parse(
    `// %% Make\nconst model = build();\nconst unread = build();\nfunction build() { return { fit: () => 1 }; }\n\n// %% Use\nconst x = model;\n`,
  );
  const { dag, diagnostics } = compile({ cells });
  const fault = (name: string) => ({ name, cell: "c1", type: "Model", fault: { path: `${name}.fit`, what: "a function" } });
  const place = { cell: "c1", cellKey: "make", in: "source", line: 1, column: 7, endLine: 1, endColumn: 12 } as const;
  const found = checkPorts([fault("model"), fault("unread")], dag, diagnostics, () => place);
  expect(found.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^"model\.fit" is a function, which cannot travel to "Use"\. Define it/),
  ]);
  expect(checkPorts([fault("model")], dag, [{ ...found[0]!, code: "unserializable-value" }], () => place)).toEqual([]);
});
