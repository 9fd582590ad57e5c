/**
 * How long the compiler takes for a notebook of 1,000 cells: cold, and again after an edit of one cell. The floor is the
 * parser alone over the same texts.
 */
import { parse as parseSource } from "@babel/parser";
import { compile, CompilerMemory } from "@/pipelines/compile/compile";
import { applyEdit } from "@/pipelines/notebook/apply-edit";
import { parse } from "@/pipelines/notebook/parse";

interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: number;
  readonly ratio?: number;
}

const cellCount = 1000;

export async function run(): Promise<Result[]> {
  const notebook = parse(writeNotebook());
  const sources = notebook.cells.map((cell) => cell.source);
  const floor = median(9, () => {
    for (const source of sources) parseSource(source, { sourceType: "module", plugins: ["typescript"], attachComment: false });
  });
  const cold = median(9, () => compile(notebook));
  const memory = new CompilerMemory();
  let edited = notebook;
  compile(edited, { memory });
  let count = 0;
  const warm = median(
    51,
    () => compile(edited, { memory }),
    () => {
      const cell = edited.cells[500]!;
      edited = applyEdit(edited, {
        type: "set-source",
        id: cell.id,
        source: `${notebook.cells[500]!.source}\nconst edited500 = ${count++};`,
      });
    },
  );
  return [
    { name: "compile1000", value: round(cold), unit: "ms", floor: round(floor), ratio: round(cold / floor) },
    { name: "compile1000-edit", value: round(warm), unit: "ms" },
  ];
}

/** Each cell reads two cells before it and a helper; every tenth fans out. */
function writeNotebook(): string {
  const parts = ['// %% Parameters [params]\nimport { param } from "heddle";\nconst rate = param(0.1, { min: 0, max: 1 });\n'];
  parts.push(
    "// %% Helpers\ntype Row = { id: number; value: number };\nfunction mean(rows: Row[]): number {\n  return rows.reduce((sum, row) => sum + row.value, 0) / rows.length;\n}\n",
  );
  for (let n = 0; n < cellCount; n++) {
    const a = Math.max(0, n - 1);
    const b = Math.floor(n / 2);
    const sources = n === 0 ? "[]" : `[...rows${a}, ...rows${b}]`;
    parts.push(
      `// %% Task ${n}${n % 10 === 9 ? ` each="part of rows${a}"` : ""}\n` +
        `import { metric } from "heddle";\n` +
        `const rows${n}: Row[] = ${sources}.map((row, index) => ({ id: index, value: row.value * rate }));\n` +
        `const mean${n} = mean(rows${n});\n` +
        `for (let step = 0; step < 10; step++) {\n  const loss = Math.exp(-step * rate) + mean${n};\n  metric("loss", loss, { step });\n}\n` +
        `({ id: ${n}, mean: mean${n} });\n`,
    );
  }
  return parts.join("\n");
}

function median(runs: number, work: () => unknown, prepare: () => void = () => undefined): number {
  const times: number[] = [];
  for (let i = 0; i < runs + 2; i++) {
    prepare();
    const start = performance.now();
    work();
    if (i >= 2) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[runs >> 1]!;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
