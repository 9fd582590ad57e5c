/** SQL cells as every Executor runs them: compiled by the compiler, made into a program by the server, run by DuckDB in the task. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile } from "@/pipelines/compile/compile";
import { parse } from "@/pipelines/notebook/parse";
import { createValueStore, type ValueStore } from "@/server/artifact/store";
import { toExecutable } from "@/server/notebook/program";
import type { InputRef } from "../executor";
import type { HarnessExecutor } from "../harness-executor";
import { AttemptLog } from "./attempt-log";
import type { Candidate } from "./conformance";
import { toRequest } from "./requests";
import { readValue } from "./value-reader";
import { openWorkbench, type Workbench } from "./workbench";

const sources = `// %% P [params]
import { param } from "heddle";
const least = param(20);
const word = param("b");

// %% Load
const cars = [];
const list = [];
const one = 1;
`;

export function describeSql(name: string, candidate: Candidate): void {
  describe(name, () => {
    let bench: Workbench;
    let executor: HarnessExecutor;
    let store: ValueStore;
    let inputs: Record<string, InputRef>;

    beforeAll(async () => {
      bench = await openWorkbench();
      const data = join(bench.home, "data", "w1");
      await mkdir(data, { recursive: true });
      await writeFile(join(data, "x.csv"), "id,name\n1,a\n2,b\n");
      await writeFile(join(bench.home, "outside.csv"), "secret\n1\n");
      store = createValueStore(bench.home);
      executor = candidate.create({
        home: bench.home,
        environment: bench.environment,
        dataDir: (workspaceId) => join(bench.home, "data", workspaceId),
        runner: bench.runner,
        slots: 2,
        log: () => undefined,
        store,
      });
      const { log } = await start(
        `return { cars: Array.from({ length: 3000 }, (_, n) => ({ n, mpg: n / 2, name: ["a", "b", null][n % 3], day: new Date(Date.UTC(2026, 0, 1)), on: n % 2 === 0, deep: { n } })), list: [3, 1, 2], one: 1 };`,
      );
      inputs = (await log.succeeded()).outputs as Record<string, InputRef>;
    }, 180_000);
    afterAll(async () => {
      await executor?.close();
      await bench?.remove();
    });

    async function start(body: string) {
      const log = new AttemptLog();
      const launched = await executor.launch(toRequest(body), log);
      if (!launched.ok) throw new Error(launched.message);
      return { log };
    }

    async function query(sql: string, header = "out=rows") {
      const body = sql
        .split("\n")
        .map((line) => `// ${line}`)
        .join("\n");
      const { dag, diagnostics } = compile(
        parse(`${sources}\n// %% Q [sql] ${header}\n${body}\n\n// %% End\nexport const end = ${header.includes("out=") ? "rows" : 1};\n`),
      );
      const task = dag.tasks.find(({ key }) => key === "q");
      if (!task) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
      const log = new AttemptLog();
      const given = Object.fromEntries(task.reads.task.map((one) => [one, inputs[one]!]));
      const launched = await executor.launch(
        toRequest("", { program: toExecutable(task, dag), inputs: given, params: { least: 20, word: "b" }, taskKey: "q" }),
        log,
      );
      if (!launched.ok) throw new Error(launched.message);
      return log.result();
    }

    async function rows(sql: string): Promise<unknown> {
      const result = await query(sql);
      if (result.status !== "succeeded") throw new Error(JSON.stringify(result));
      return readValue(store, "w1", result.outputs.rows!);
    }

    test("a table value is queried with parameters, and the result is rows of plain values", async () => {
      const found = await rows(
        'select name, count(*) as times, avg(mpg) as mpg, max(day) as day, bool_or("on") as any_on\nfrom cars\nwhere mpg > $least and name = $word\ngroup by name',
      );
      const expected = Array.from({ length: 3000 }, (_, n) => n).filter((n) => n / 2 > 20 && n % 3 === 1);
      expect(found).toEqual([
        {
          name: "b",
          times: expected.length,
          mpg: expect.closeTo(expected.reduce((sum, n) => sum + n / 2, 0) / expected.length, 6),
          day: new Date(Date.UTC(2026, 0, 1)),
          any_on: true,
        },
      ]);
    });

    test("a data file is a table; plain lists, deep values, large numbers and lists come through", async () => {
      expect(await rows("select * from 'data/x.csv' order by id desc")).toEqual([
        { id: 2, name: "b" },
        { id: 1, name: "a" },
      ]);
      expect(
        await rows(
          "select sum(value) as total, list(value order by value) as all_of_them, 123456789012345678901::hugeint as large, time '10:30:00' as at, date '2026-01-02' as day, {'a': 1} as deep from list",
        ),
      ).toEqual([
        { total: 6, all_of_them: [1, 2, 3], large: 123456789012345678901n, at: "10:30:00", day: new Date("2026-01-02"), deep: { a: 1 } },
      ]);
      expect(await rows("select n, deep->>'n' as inner_n from cars where n = 7")).toEqual([{ n: 7, inner_n: "7" }]);
    });

    test("several statements run in turn; the last one's result is shown and given", async () => {
      const result = await query("create table best as from cars where mpg > 1490;\nselect n from best order by n limit 2;");
      if (result.status !== "succeeded") throw new Error(JSON.stringify(result));
      expect(result.displays).toMatchObject([
        { type: "table", columns: [{ name: "n", type: "number" }], rows: [[2981], [2982]], rowCount: 2 },
      ]);
      const none = await query("select n, name from cars where n < 0", "");
      expect(none).toMatchObject({
        status: "succeeded",
        displays: [{ type: "table", rowCount: 0, columns: [{ name: "n" }, { name: "name" }] }],
      });
    });

    test.each([
      ["select n,\n  nope\nfrom cars", "BinderError", 2, 3, "nope"],
      ["select 1 as a;\nselect n, frm from cars", "BinderError", 2, 11, "frm"],
      ["selec 1", "ParserError", 1, 1, "selec"],
      ["select * from one", "NotATable", 1, 15, '"one" is number · 1, which is no table'],
    ])("%s: the error names its line and column", async (sql, error, line, column, words) => {
      const result = await query(sql);
      expect(result).toMatchObject({
        status: "failed",
        reason: "exception",
        error: { name: error, frames: [{ cellKey: "q", line, column }] },
      });
      expect(JSON.stringify(result)).toContain(JSON.stringify(words).slice(1, -1));
    });

    test("nothing but data/ can be read, nothing written or fetched, and the settings are locked", async () => {
      const outside = join(bench.home, "outside.csv");
      for (const sql of [
        `select * from read_csv('${outside}')`,
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('data/../../outside.csv')",
        "select * from read_csv('https://example.com/x.csv')",
        "copy (select 1) to 'data/y.csv'",
        "attach 'x.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "pragma enable_external_access",
      ]) {
        const result = await query(sql, "");
        expect([sql, result.status]).toEqual([sql, "failed"]);
      }
    });
  });
}
