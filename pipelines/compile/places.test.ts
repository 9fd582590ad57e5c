/** Where each diagnostic points: `code severity in cell:line:column-line:column`. */
import { describe, expect, test } from "vitest";
import { parse } from "../notebook/parse";
import { compile } from "./compile";
import { errorCodes, warningCodes } from "./dag";

const table: readonly (readonly [text: string, ...places: string[]])[] = [
  ["// %% A\nconst a = 1;\nconst b = ;\n", "syntax-error error source a:2:11-2:12"],
  ["// %% A\nfoo(\n", "syntax-error error source a:1:5-1:5"],
  ["// %% A [oops]\n1\n", "bad-header error header a:1:9-1:15"],
  ["// %% A cpu=many\n1\n", "bad-header error header a:1:9-1:17"],
  ["// %% A cpu=1 stray\n1\n", "bad-header error header a:1:15-1:20"],
  ["// ---\n// title: x\n// odd: 1\n// ---\n", "bad-header error front-matter :2:1-2:4"],
  ["// %% A b\n1\n// %% a-b\n2\n", "duplicate-title error header a-b:1:7-1:10", "duplicate-title error header a-b:1:7-1:10"],
  ["// %% Cell 2\n1\n// %%\n2\n", "duplicate-title error header cell-2:1:7-1:13"],
  ["// %% A\nlet a\n// %% B\n\n  var a\n", "duplicate-name error source a:1:5-1:6", "duplicate-name error source b:2:7-2:8"],
  [
    "// %% A\nconst a = [\n  b]\n// %% B\nconst b = a\n",
    "dependency-cycle error source a:2:3-2:4",
    "dependency-cycle error source b:1:11-1:12",
  ],
  ["// %% A after=a\n1\n", "dependency-cycle error header a:1:1-1:16"],
  ["// %% A\nlet a = 1\n// %% B\nif (a) {\n  a += 1\n}\n", "foreign-assignment error source b:2:3-2:4"],
  ["// %% A\nexport default 1\n", "unsupported-syntax error source a:1:1-1:15"],
  ["// %% A\nif (1) {\n  return\n}\n", "unsupported-syntax error source a:2:3-2:9"],
  ["// %% A\n1;\nimport.meta.url\n", "unsupported-syntax error source a:2:1-2:12"],
  ["// %% A\n  __heddle.x\n", "unsupported-syntax error source a:1:3-1:11"],
  ["// %% P [params]\nimport { param } from 'heddle'\nexport const p = param(1 + 1)\n// %% A\np\n", "bad-param error source p:2:24-2:29"],
  ["// %% P [params]\nconst p = param(1, { max: 'a' })\n// %% A\np\n", "bad-param error source p:1:22-1:30"],
  ["// %% A each=xs\n1\n", "bad-each error header a:1:14-1:16"],
  ['// %% A each="x of xs"\n1\n', "bad-each error header a:1:14-1:23"],
  ['// %% A each="x of [1]"\nconst x = 1\n', "bad-each error source a:1:7-1:8"],
  ['// %% A when="a >"\n1\n', "bad-when error header a:1:14-1:19"],
  ['// %% A cpu=1 when="nope"\n1\n', "bad-when error header a:1:20-1:24"],
  ["// %% A after=b\n1\n", "unknown-task error header a:1:15-1:16"],
  ["// %% Q [sql] out=a-b\n// select 1\n", "bad-header error header q:1:15-1:22"],
  ["// %% A\nconst a = [1]\n// %% B\n1;\na.push(2)\n", "foreign-mutation warning source b:2:1-2:7"],
  ["// %% A\nconst a = 1,\n  b = new WeakMap()\n// %% B\nb\n", "unserializable-value warning source a:2:3-2:4"],
  ["// %% A\nfunction fetch() {}\n", "shadowed-global warning source a:1:10-1:15"],
  ["// %% P [params]\nconst p = param(1)\n", "unused-param warning source p:1:7-1:8"],
];

describe("§9 diagnostics point at what is wrong", () => {
  for (const [text, ...places] of table) {
    test(`${places[0]} in ${JSON.stringify(text)}`, () => {
      const found = compile(parse(text)).diagnostics.map(
        ({ code, severity, place: at }) =>
          `${code} ${severity} ${at.in} ${at.cellKey}:${at.line}:${at.column}-${at.endLine}:${at.endColumn}`,
      );
      expect(found).toEqual(places);
    });
  }
  test("every code stands in the table", () => {
    const told = new Set(table.flatMap(([, ...places]) => places.map((place) => place.split(" ")[0])));
    expect([...errorCodes, ...warningCodes].filter((code) => !told.has(code))).toEqual([]);
  });
  test("every message is a sentence that ends", () => {
    for (const [text] of table) {
      for (const { message } of compile(parse(text)).diagnostics) expect(message).toMatch(/^.{20,}\.$/su);
    }
  });
});
