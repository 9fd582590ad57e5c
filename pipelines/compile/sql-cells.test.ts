/** notebook-language §6: `[sql] out=rows` (DuckDB over referenced tables). */
import { expect, test } from "vitest";
import { parse } from "../notebook/parse";
import { compile } from "./compile";

const before =
  '// %% Parameters [params]\nimport { param } from "heddle";\nconst least = param(5);\n\n// %% Load\nconst cars = [{ mpg: 1 }];\nfunction f() {}\n\n';
const build = (cell: string) => compile(parse(before + cell));
const said = (cell: string) =>
  build(cell)
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code, message, place }) => `${code} ${place.in} ${place.line}:${place.column} ${message}`);

test("a query needs the tasks of the tables it names, and the parameters it takes", () => {
  const { dag, diagnostics } = build(
    "// %% Best [sql] out=best\n// select * from cars\n// where mpg > $least\n\n// %% Use\nexport const n = best.length;\n",
  );
  expect(diagnostics).toEqual([]);
  expect(dag.tasks.find(({ key }) => key === "best")).toMatchObject({
    kind: "sql",
    needs: [{ task: "load", names: ["cars"] }],
    params: ["least"],
    outputs: ["best"],
    display: true,
    datasets: [],
  });
  expect(dag.tasks.find(({ key }) => key === "use")!.needs).toEqual([{ task: "best", names: ["best"] }]);
});

test("names that the query makes itself need nobody; words in it that are no tables neither", () => {
  const { dag } = build("// %% Q [sql]\n// with cars as (select 1 as mpg) select mpg, 'cars' from cars\n");
  expect(dag.tasks.find(({ key }) => key === "q")).toMatchObject({ needs: [] });
});

test("files below data/ are datasets: their hashes are part of the cache key", () => {
  expect(
    build("// %% Q [sql]\n// select * from 'data/x.csv' join 'data/y.parquet' using (id)\n").dag.tasks.find(({ key }) => key === "q")!
      .datasets,
  ).toEqual(["x.csv", "y.parquet"]);
  expect(build("// %% Q [sql]\n// select * from 'data/part-*.csv'\n").dag.tasks.find(({ key }) => key === "q")!.datasets).toBe("any");
});

test.each([
  [
    "// %% Q [sql]\n// select *\n// from trucks\n",
    "syntax-error source 2:6 There is no table \"trucks\": no cell defines a value of this name. A file is named in quotes: 'data/cars.csv'.",
  ],
  [
    "// %% Q [sql]\n// from car\n",
    'syntax-error source 1:6 There is no table "car": no cell defines a value of this name. Did you mean "cars"? A file is named in quotes: \'data/cars.csv\'.',
  ],
  [
    "// %% Q [sql]\n// from Cars\n",
    'syntax-error source 1:6 There is no table "Cars": no cell defines a value of this name. Did you mean "cars"? A file is named in quotes: \'data/cars.csv\'.',
  ],
  [
    "// %% Q [sql]\n// from f\n",
    'syntax-error source 1:6 "f" travels as source, which is no table. Compute a value with it in a code cell.',
  ],
  ["// %% Q [sql]\n// from least\n", 'syntax-error source 1:6 "least" is a parameter, not a table. Write $least where its value belongs.'],
  [
    "// %% Q [sql]\n// select $leats\n",
    'syntax-error source 1:8 No cell defines "leats", which the query takes as $leats. Did you mean "least"?',
  ],
  [
    "// %% Q [sql] out=a,b\n// select 1\n",
    "bad-header header 1:19 out= of a [sql] cell is one name: the result of its last statement. out=rows, say.",
  ],
  ["// %% Q [sql] out=a\n// from a\n", 'syntax-error source 1:6 "a" is what this cell gives (out=): it cannot read it too.'],
  ["// %% Q [sql]\n// -- later\n", "bad-header header 1:9 A [sql] cell needs a query below its header, such as select * from rows."],
])("%s", (cell, message) => {
  expect(said(cell)).toEqual([message]);
  expect(build(cell).dag.tasks.map(({ key }) => key)).not.toContain("q");
});
