/** What a query names, in every place a table can stand, and nowhere else. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSql, tokenizeSql } from "./read-sql";

const tables = (sql: string) => readSql(sql).tables.map(({ name }) => name);

test.each([
  ["select * from rows", ["rows"]],
  ["SELECT a FROM rows AS r, other o WHERE a = 1", ["rows", "other"]],
  ["select * from rows r join folds f on r.a = f.a left join x using (a), y", ["rows", "folds", "x", "y"]],
  ["from rows select a", ["rows"]],
  ["select * from (select * from inner_rows) t join b on true", ["inner_rows", "b"]],
  ["select * from (a join b using (id))", ["a", "b"]],
  ["select * from (((a)))", ["a"]],
  ['select * from "Odd name", main.rows', ["Odd name", "rows"]],
  ["select (select max(x) from a), b from c where d in (select e from f)", ["a", "c", "f"]],
  ["select * from range(10), unnest([1, 2]) u, rows", ["rows"]],
  ["select extract(year from day), trim(both ' ' from name), substring(name from 2) from rows", ["rows"]],
  ["select a is distinct from b, a is not distinct from c from rows", ["rows"]],
  ["select * from a union all select * from b except select * from c", ["a", "b", "c"]],
  ["select * from information_schema.tables", []],
  ["select 'from nowhere' /* from nothing */ -- from here\nfrom rows", ["rows"]],
  ["select $$ from inside $$ from rows", ["rows"]],
  ["summarize rows", ["rows"]],
  ["pivot rows on kind using sum(price)", ["rows"]],
  ["describe rows; from other", ["rows", "other"]],
  ["select * from rows limit 5 offset 2; select 1", ["rows"]],
  ["select a.from_x, b from rows a asof join ticks b on a.t >= b.t", ["rows", "ticks"]],
  ["select count(distinct a, b) from rows group by c, d order by e, f", ["rows"]],
  ["select * from rows where a in (1, 2), other", ["rows"]],
  ["select * from lateral (select 1), rows", ["rows"]],
])("%s", (sql, expected) => expect(tables(sql)).toEqual(expected));

describe("names that the query makes itself are no tables of the notebook", () => {
  test.each([
    ["with a as (select * from rows) select * from a", ["rows"]],
    ["with a as (select 1), b (x) as (select * from a) select * from b join rows on true", ["rows"]],
    ["with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select * from t", []],
    ["with a as materialized (select 1) select * from A", []],
    ["select * from (with a as (select 1) select * from a) x, a", ["a"]],
    ["with rows as (select * from rows) select * from rows", ["rows"]],
    ["create table t as select * from rows; select * from t", ["rows"]],
    ["create or replace temp view if not exists v as from rows; insert into t2 values (1); from v", ["rows", "t2"]],
  ])("%s", (sql, expected) => expect(tables(sql)).toEqual(expected));
});

test("files are texts below data/, parameters begin with $, statements end with ;", () => {
  const text =
    "create table t as select * from 'data/a.csv';\n\n select * from read_parquet(['data/b.parquet', 'data/part-*.parquet']) where x > $low and y = $high;;";
  const sql = readSql(text);
  expect(sql.files.map(({ name }) => name)).toEqual(["a.csv", "b.parquet", "part-*.parquet"]);
  expect(sql.parameters.map(({ name, start, end }) => [name, text.slice(start, end)])).toEqual([
    ["low", "$low"],
    ["high", "$high"],
  ]);
  expect(sql.statements.map(({ start, end }) => text.slice(start, end))).toEqual([
    "create table t as select * from 'data/a.csv'",
    "select * from read_parquet(['data/b.parquet', 'data/part-*.parquet']) where x > $low and y = $high",
  ]);
  expect(readSql(" -- nothing\n;; /* at all */").statements).toEqual([]);
});

test("a table is where it says", () => {
  const text = "select *\nfrom rows, main.other o";
  expect(readSql(text).tables.map(({ start, end }) => text.slice(start, end))).toEqual(["rows", "other"]);
});

describe("for any text", () => {
  const word = fc.constantFrom(
    "select",
    "from",
    "join",
    "with",
    "as",
    "(",
    ")",
    ",",
    ";",
    "a",
    "b",
    '"c"',
    "'data/x.csv'",
    "$p",
    "--",
    "/*",
    "*/",
    "\n",
    " ",
    "$$",
    "'",
    '"',
    "where",
    "recursive",
    "create",
    "table",
    ".",
    "1e5",
    "ü",
    "\u{1f600}",
  );
  const sql = fc.oneof(
    fc.array(word, { maxLength: 60 }).map((words) => words.join(" ")),
    fc.string({ unit: "binary", maxLength: 200 }),
  );

  test("it never throws, and what it finds stands in the text, in order", () => {
    fc.assert(
      fc.property(sql, (text) => {
        const read = readSql(text);
        for (const { name, start, end } of read.tables) {
          const there = text.slice(start, end);
          expect(there === name || there.replaceAll('""', '"').slice(1).startsWith(name)).toBe(true);
        }
        for (const { name, start, end } of read.parameters) expect(text.slice(start, end)).toBe(`$${name}`);
        const tokens = tokenizeSql(text);
        tokens.forEach(({ start, end }, index) =>
          expect(start >= (tokens[index - 1]?.end ?? 0) && end > start && end <= text.length).toBe(true),
        );
        read.statements.forEach(({ start, end }, index) =>
          expect(start < end && start >= (read.statements[index - 1]?.end ?? 0)).toBe(true),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("comments and white space between words change nothing", () => {
    const gap = fc.constantFrom(" ", "\n", "\t ", " /* from x */ ", " -- join y\n");
    const queries = [
      "select a , b from rows r join other o on r . x = o . x where z in ( select q from third )",
      "with a as ( select * from rows ) select * from a , b",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...queries), fc.array(gap, { minLength: 40, maxLength: 40 }), (query, gaps) => {
        const spaced = query
          .split(" ")
          .map((part, index) => part + gaps[index])
          .join("");
        expect(tables(spaced)).toEqual(tables(query));
      }),
      { numRuns: 200 },
    );
  });

  test("tables of a query made of parts are those of its parts", () => {
    const name = fc.constantFrom("t1", "t2", "t3");
    const query: fc.Memo<{ sql: string; names: string[] }> = fc.memo((depth) =>
      depth <= 1
        ? name.map((one) => ({ sql: `select x from ${one}`, names: [one] }))
        : fc.oneof(
            fc.tuple(name, name).map(([a, b]) => ({ sql: `select * from ${a} left join ${b} on a = b`, names: [a, b] })),
            query(depth - 1).map(({ sql: inner, names }) => ({ sql: `select * from (${inner}) s where 1 in (select 1)`, names })),
            fc
              .tuple(query(depth - 1), name)
              .map(([inner, one]) => ({ sql: `with c as (${inner.sql}) select * from c, ${one}`, names: [...inner.names, one] })),
            fc
              .tuple(query(depth - 1), query(depth - 1))
              .map(([a, b]) => ({ sql: `(${a.sql}) union all (${b.sql})`, names: [...a.names, ...b.names] })),
          ),
    );
    fc.assert(
      fc.property(query(4), ({ sql: text, names }) => {
        expect(tables(text)).toEqual(names);
      }),
      { numRuns: 300 },
    );
  });
});
