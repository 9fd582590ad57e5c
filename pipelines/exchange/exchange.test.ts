import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile } from "../compile/compile";
import { cellKinds, type Cell } from "../notebook/notebook";
import { format } from "../notebook/format";
import { parse } from "../notebook/parse";
import type { Display } from "../protocol/display";
import type { Outputs } from "./cell-outputs";
import { chartSvg } from "./chart-svg";
import { fromIpynb, type ImportedNotebook } from "./from-ipynb";
import { toHtml } from "./to-html";
import { toIpynb } from "./to-ipynb";
import { toMarkdown } from "./to-markdown";

function read(text: string): ImportedNotebook {
  const result = fromIpynb(text);
  if (!result.ok) throw new Error(result.message);
  return result;
}
const file = (cells: object[], metadata: object = {}, more: object = {}) =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells, ...more });
const deno = { kernelspec: { name: "deno", display_name: "Deno", language: "typescript" } };
const python = { kernelspec: { name: "python3", language: "python" } };
const code = (source: string, more: object = {}) => ({ cell_type: "code", metadata: {}, execution_count: 1, outputs: [], source, ...more });

const displays: Display[] = [
  {
    type: "table",
    columns: [
      { name: "name|x", type: "string" },
      { name: "n", type: "number" },
    ],
    rows: [
      ["<b>", 1],
      ["a\nb", null],
    ],
    rowCount: 40,
  },
  { type: "tree", value: { a: [1, "</pre><script>alert(1)</script>"] }, summary: "Object", cut: false },
  { type: "text", text: "plain <i>", cut: false },
  { type: "markdown", text: "# Hello <script>" },
  { type: "html", html: '<p onclick="x()">hi</p><script>top.location="x"</script>' },
  { type: "image", mediaType: "image/png", base64: "iVBORw0KGgo=" },
  {
    type: "chart",
    mark: "line",
    title: "Loss & more",
    x: { field: "x" },
    y: { field: "y" },
    series: "s",
    rows: [
      { x: 0, y: 1, s: "a" },
      { x: 1, y: 0.5, s: "a" },
      { x: 0, y: 2, s: "b" },
    ],
  },
];
const shown: Outputs = new Map([["report", { displays, error: { name: "TypeError", message: "a < b" } }]]);
const reported = parse(
  '// ---\n// title: A & B\n// description: All of it\n// ---\n\n// %% [markdown]\n// Words with `code` and <script>alert(1)</script>\n\n// %% Report retries=2\nconst a = "</pre><script>"; // note\n',
);

describe("ts → ipynb → ts", () => {
  const word = fc.string({ maxLength: 12 });
  const lineText = fc
    .array(fc.constantFrom("const a = 1;", "", "  b()", "// %% x", "# Head", "%% y", "\\n", "`", "é😀", "// ---"), { maxLength: 6 })
    .map((all) => all.join("\n").trim());
  const options = fc
    .array(fc.record({ key: fc.stringMatching(/^[a-z]{1,8}$/), value: fc.option(word, { nil: undefined }) }), { maxLength: 3 })
    .map((all) => all.map(({ key, value }) => (value === undefined ? { key } : { key, value })));
  const cell = fc.record({
    kind: fc.constantFrom(...cellKinds, "python"),
    title: word.map((text) => text.trim()),
    options,
    source: lineText,
  });
  const notebooks = fc.record({
    cells: fc.array(cell, { maxLength: 6 }),
    frontMatter: fc.option(fc.constantFrom("title: A", "title: B\ndependencies:\n  zod: ^4", ""), { nil: undefined }),
  });

  test("any notebook comes back as it was, outputs or not", () => {
    fc.assert(
      fc.property(notebooks, fc.boolean(), ({ cells, frontMatter }, withOutputs) => {
        const text = format({
          ...(frontMatter !== undefined && { frontMatter }),
          cells: cells.map((each, index): Cell => ({ ...each, id: `c${index + 1}` })),
        });
        const notebook = parse(text);
        const back = read(toIpynb(notebook, withOutputs ? new Map([["cell-1", { displays }]]) : undefined));
        expect(format(back.notebook)).toBe(text);
        expect(back.notebook).toEqual(notebook);
        expect(back.notes).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("the examples do, too", () => {
    const dir = path.join(process.cwd(), "pipelines/examples");
    for (const name of fs.readdirSync(dir).filter((each) => each.endsWith(".ts"))) {
      const text = format(parse(fs.readFileSync(path.join(dir, name), "utf8")));
      expect(format(read(toIpynb(parse(text))).notebook)).toBe(text);
    }
  });

  test("displays come back as they were; Jupyter has words for each", () => {
    const text = toIpynb(reported, shown);
    expect(read(text).outputs.get("report")).toEqual({ displays, error: { name: "TypeError", message: "a < b" } });
    const { outputs } = (JSON.parse(text) as { cells: { outputs: { data?: Record<string, unknown> }[] }[] }).cells[1]!;
    expect(outputs.map(({ data }) => Object.keys(data ?? {}).filter((type) => !type.includes("heddle")))).toEqual([
      ["text/html", "text/plain"],
      ["text/html", "text/plain"],
      ["text/plain"],
      ["text/markdown", "text/plain"],
      ["text/html", "text/plain"],
      ["image/png", "text/plain"],
      ["image/svg+xml", "text/plain"],
      [],
    ]);
  });
});

describe("files of others", () => {
  test("TypeScript and JavaScript are cells, with imports of Deno as dependencies", () => {
    const { notebook, notes } = read(
      file(
        [
          { cell_type: "markdown", metadata: {}, source: ["# Cars\n", "and more"] },
          code('import { z } from "npm:zod@4.1.0";\nimport d3 from "npm:@d3/dsv/deep";\nconst a = await import("npm:../evil");\n'),
        ],
        deno,
      ),
    );
    expect(format(notebook)).toBe(
      '// ---\n// dependencies:\n//   zod: 4.1.0\n//   "@d3/dsv": latest\n// ---\n\n// %% [markdown]\n// # Cars\n// and more\n\n// %%\nimport { z } from "zod";\nimport d3 from "@d3/dsv/deep";\nconst a = await import("npm:../evil");\n',
    );
    expect(notes).toEqual(["Versions in npm: imports moved to the dependencies of the notebook."]);
  });

  test("Python and others are script cells that compile, without what only IPython reads", () => {
    const { notebook, notes } = read(
      file(
        [
          code("%matplotlib inline\n!pip install x\nx = 5 % 3\n"),
          code("%%bash -e\nls\n"),
          code("%%javascript\nconst a = 1;\n"),
          code("x <- 1", { metadata: { vscode: { languageId: "r" } } }),
        ],
        python,
      ),
    );
    expect(notebook.cells.map(({ kind, options, source }) => [kind, options.find(({ key }) => key === "run")?.value, source])).toEqual([
      ["script", "python", "# %matplotlib inline\n# !pip install x\nx = 5 % 3"],
      ["script", "bash", "ls"],
      ["code", undefined, "const a = 1;"],
      ["script", "Rscript", "x <- 1"],
    ]);
    expect(notes.join(" ")).toMatch(/Python became script cells.*commented out/);
    expect(compile(notebook).diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(parse(format(notebook))).toEqual(notebook);
  });

  test("outputs are kept: text without colours, pictures, sealed HTML, JSON, errors; printed pieces are one text", () => {
    const { outputs } = read(
      file(
        [
          code("a", {
            outputs: [
              { output_type: "stream", name: "stdout", text: ["a\n", "b"] },
              { output_type: "stream", name: "stderr", text: "\u001b[31mc\u001b[0m" },
              { output_type: "display_data", metadata: {}, data: { "text/plain": "<Figure>", "image/png": "aGk=\n" } },
              {
                output_type: "execute_result",
                execution_count: 1,
                metadata: {},
                data: { "text/html": ["<b>", "x</b>"], "text/plain": "x" },
              },
              { output_type: "display_data", metadata: {}, data: { "application/json": { a: 1 } } },
              { output_type: "display_data", metadata: {}, data: { "image/png": "<svg onload=x>", "text/plain": "no picture" } },
              { output_type: "error", ename: "ValueError", evalue: "bad", traceback: [] },
            ],
          }),
        ],
        python,
      ),
    );
    expect(outputs.get("cell-1")).toEqual({
      displays: [
        { type: "text", text: "a\nbc", cut: false },
        { type: "image", mediaType: "image/png", base64: "aGk=" },
        { type: "html", html: "<b>x</b>" },
        { type: "tree", value: { a: 1 }, summary: "JSON", cut: false },
        { type: "text", text: "no picture", cut: false },
      ],
      error: { name: "ValueError", message: "bad" },
    });
  });

  test("pictures inside markdown stay; raw cells are told", () => {
    const { notebook, notes } = read(
      file(
        [
          {
            cell_type: "markdown",
            metadata: {},
            source: "![x](attachment:a%20b.png)",
            attachments: { "a b.png": { "image/png": "aGk=" } },
          },
          { cell_type: "raw", metadata: {}, source: "raw ``` text" },
        ],
        python,
      ),
    );
    expect(notebook.cells[0]!.source).toBe("![x](data:image/png;base64,aGk=)");
    expect(notebook.cells[1]!.source).toBe("````\nraw ``` text\n````");
    expect(notes).toEqual(["Raw cells became markdown."]);
  });

  test("bad files name the place", () => {
    const message = (text: string) => {
      const result = fromIpynb(text);
      return result.ok ? "ok" : result.message;
    };
    expect(message("{")).toContain("It is no JSON");
    expect(message("[]")).toContain("At the top");
    expect(message(file([], {}, { nbformat: 3 }))).toContain("At nbformat: Only nbformat 4");
    expect(message(file([code("x"), { cell_type: "code", source: 5 }]))).toContain("At cells[1].source");
    expect(message(file([code("x", { outputs: [{ output_type: "stream", text: [1] }] })]))).toContain("At cells[0].outputs[0].text");
    expect(message(file([code("x", { outputs: [{ output_type: "strange" }] })]))).toContain("At cells[0].outputs[0]");
    expect(message(file(Array.from({ length: 5001 }, () => code("x"))))).toContain("At cells");
    expect(message(`"${"x".repeat(64_000_001)}"`)).toContain("64 MB are read");
  });

  test("no text breaks the reader, and what it gives can be written as a notebook", () => {
    fc.assert(
      fc.property(fc.json(), (text) => void fromIpynb(text)),
      { numRuns: 300 },
    );
    const source = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 }));
    const cells = fc.array(
      fc.record({ cell_type: fc.constantFrom("code", "markdown", "raw"), metadata: fc.constant({}), source, outputs: fc.constant([]) }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(cells, fc.constantFrom(deno, python, {}), (all, metadata) => {
        const { notebook } = read(file(all, metadata));
        expect(parse(format(notebook)).cells.map(({ kind }) => kind)).toEqual(expect.arrayContaining([]));
        compile(notebook);
      }),
      { numRuns: 200 },
    );
  });

  test("large outputs are left out, and it is said", () => {
    const { outputs, notes } = read(
      file(
        [
          code("a", {
            outputs: [
              { output_type: "stream", text: "x".repeat(5_000_000) },
              { output_type: "stream", text: "small" },
            ],
          }),
        ],
        deno,
      ),
    );
    expect(outputs.get("cell-1")!.displays).toEqual([{ type: "text", text: "small", cut: false }]);
    expect(notes).toEqual(["Some outputs were too large and are left out: run the notebook to see them."]);
  });
});

describe("html and markdown", () => {
  test("the HTML file holds everything and may run nothing", () => {
    const html = toHtml(reported, shown, { fallbackTitle: "x", note: "Run #3" });
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script/i);
    expect(html).toContain('<iframe title="Output" sandbox srcdoc="&#60;p onclick=');
    for (const words of [
      "<title>A &#38; B</title>",
      "All of it",
      "Run #3",
      "<svg",
      "38 more rows",
      "data:image/png;base64,iVBORw0KGgo=",
      "retries=2",
      "TypeError: a &#60; b",
    ])
      expect(html).toContain(words);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test("markdown holds code, tables and pictures; fences are longer than those inside", () => {
    const text = toMarkdown(reported, shown);
    expect(text).toContain("# A & B\n\nAll of it");
    expect(text).toContain("**Report**\n\n```ts\n// %% Report retries=2\nconst a");
    expect(text).toContain("| name\\|x | n |\n| --- | ---: |\n| &lt;b> | 1 |\n| a b |  |\n\n… 38 more rows");
    expect(text).toContain("![output](data:image/png;base64,");
    expect(text).toContain("data:image/svg+xml;base64,");
    expect(toMarkdown(parse("// %% A\nconst a = `\n```\n`;\n"))).toContain("````ts");
  });

  test("every mark is drawn, whatever the rows", () => {
    const rows = fc.array(
      fc.record({
        x: fc.oneof(fc.double(), fc.string(), fc.constant(null)),
        y: fc.oneof(fc.double(), fc.constant(null), fc.integer()),
        s: fc.string(),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(
        fc.constantFrom("line", "bar", "scatter", "area", "heatmap"),
        fc.constantFrom("linear", "log", "category", "time", undefined),
        rows,
        (mark, scale, all) => {
          const chart = { type: "chart", mark, x: { field: "x", scale }, y: { field: "y" }, series: "s", value: "y", rows: all } as Extract<
            Display,
            { type: "chart" }
          >;
          const svg = chartSvg(chart);
          expect(svg).toMatch(/^<svg[\s\S]*<\/svg>$/);
          expect(svg).not.toMatch(/="[^">]*NaN/);
          expect(svg).not.toMatch(/<script/i);
        },
      ),
      { numRuns: 400 },
    );
  });
});
