/** The process that reads tables: what it may and may not do, and what becomes of questions when it dies. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { TableRequest } from "@/pipelines/protocol/table";
import { TableProcess, type TableProcessOptions } from "./table-process";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "heddle-tables-")));
const inside = path.join(folder, "data");
fs.mkdirSync(inside);
fs.writeFileSync(path.join(inside, "a.csv"), "x,y\n2,b\n1,a\n");
fs.writeFileSync(path.join(folder, "outside.csv"), "secret\n1\n");
const open: TableProcess[] = [];
afterAll(() => {
  for (const one of open) one.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

function start(changes: Partial<TableProcessOptions> = {}): TableProcess {
  const made = new TableProcess({
    program: path.resolve("dist/runner/table.cjs"),
    folders: [inside, inside, path.join(folder, "not-there")],
    ...changes,
  });
  open.push(made);
  return made;
}
const page = (file: string): Omit<TableRequest, "id"> => ({
  path: path.join(folder, file),
  format: "csv",
  stamp: "1",
  question: { type: "page", view: { sort: [{ column: 0, down: false }], filters: [] }, from: 0, count: 10 },
});

test("it reads a table in its folders, many questions at once", async () => {
  const tables = start();
  const answers = await Promise.all(Array.from({ length: 5 }, () => tables.ask(page("data/a.csv"))));
  for (const answer of answers)
    expect(answer).toMatchObject({
      type: "page",
      rows: [
        [1, "a"],
        [2, "b"],
      ],
      matching: 2,
    });
});

test("it may read nothing else", async () => {
  const answer = await start().ask(page("outside.csv"));
  expect(answer).toMatchObject({ type: "refused", reason: "unreadable" });
  expect(JSON.stringify(answer)).toContain("restricted");
});

test("a question that takes too long is refused, and the next one is answered", async () => {
  const tables = start({ questionMs: 1 });
  expect(await tables.ask(page("data/a.csv"))).toMatchObject({ type: "refused", message: expect.stringContaining("too long") as string });
  const next = start();
  await next.ask(page("data/a.csv"));
  process.kill(next.pid!, "SIGSTOP");
  const waiting = next.ask(page("data/a.csv"));
  process.kill(next.pid!, "SIGKILL");
  expect(await waiting).toMatchObject({ type: "refused", message: expect.stringContaining("has ended") as string });
  expect(await next.ask(page("data/a.csv"))).toMatchObject({ type: "page" });
});

test("it stops when nobody asks any more", async () => {
  const tables = start({ idleMs: 1 });
  await tables.ask(page("data/a.csv"));
  await expect.poll(() => tables.pid).toBeUndefined();
});
