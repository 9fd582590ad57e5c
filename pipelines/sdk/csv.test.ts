import { expect, test } from "vitest";
import { parseCsv } from "./csv";

test("numbers, booleans, empty cells, quotes and line ends are recognised", () => {
  expect(parseCsv('\uFEFFname,mpg,ok,code,note\r\n"a ""b""",18.5,true,007,\r\nc,-1e3,false,1,"x,\ny"\n')).toEqual([
    { name: 'a "b"', mpg: 18.5, ok: true, code: "007", note: null },
    { name: "c", mpg: -1000, ok: false, code: 1, note: "x,\ny" },
  ]);
});

test("short lines, blank lines and a missing last newline are taken as meant", () => {
  expect(parseCsv("a,b\n1\n\n2,")).toEqual([
    { a: 1, b: null },
    { a: 2, b: null },
  ]);
  expect(parseCsv("")).toEqual([]);
});
