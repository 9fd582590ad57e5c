/**
 * A table of 1,000,000 rows and 10 columns, as the pages see it: milliseconds to its first page (the process starts, the file is
 * read), to a page sorted by a number and by a text, to a filtered page, and to a page further down. Floor: reading the same
 * file into memory; for sorts, sorting as many numbers of one typed array.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TableQuestion } from "@/pipelines/protocol/table";
import { ClassRegistry } from "@/runner/values/class-registry";
import { encodeValue } from "@/runner/values/encode";
import { Extensions } from "@/runner/values/extensions";
import { TableProcess } from "@/server/table/table-process";
import type { Measurement } from "./bench";

const rowCount = 1_000_000;

export async function run(): Promise<Measurement[]> {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "heddle-bench-")));
  const file = path.join(folder, "value");
  const tables = new TableProcess({ program: path.join(process.cwd(), "dist/runner/table.cjs"), folders: [folder] });
  try {
    const rows = Array.from({ length: rowCount }, (_, id) => ({
      id,
      a: Math.sin(id),
      b: Math.cos(id * 3),
      c: (id * 7919) % 1000,
      d: id % 11 === 0 ? null : id / 7,
      kind: ["oak", "ash", "elm"][id % 3],
      name: `tree ${(id * 7919) % rowCount}`,
      on: id % 2 === 0,
      day: new Date(1.7e12 + (id % 400) * 86_400_000),
      e: id ** 2,
    }));
    fs.writeFileSync(file, Buffer.concat(encodeValue("rows", rows, new ClassRegistry(), new Extensions()).chunks));
    const ask = async (question: TableQuestion): Promise<number> => {
      const began = performance.now();
      const answer = await tables.ask({ path: file, format: "value", stamp: "1", question });
      if (answer.type === "refused") throw new Error(answer.message);
      return performance.now() - began;
    };
    const page = (order: Partial<Extract<TableQuestion, { type: "page" }>["view"]>, from = 0): TableQuestion => ({
      type: "page",
      view: { sort: [], filters: [], ...order },
      from,
      count: 200,
    });
    const reading = time(() => fs.readFileSync(file));
    const numbers = Float64Array.from(rows, ({ a }) => a);
    const sorting = time(() => numbers.sort());
    const row = (name: string, value: number, floor: number): Measurement => ({
      name,
      value: round(value),
      unit: "ms",
      floor: round(floor),
      ratio: round(value / floor),
    });
    return [
      row("tablemillion", await ask(page({})), reading),
      row("tablemillion-scroll", await ask(page({}, 700_000)), reading),
      row("tablemillion-sort", await ask(page({ sort: [{ column: 1, down: true }] })), sorting),
      row("tablemillion-sort-text", await ask(page({ sort: [{ column: 6, down: false }] })), sorting),
      row("tablemillion-filter", await ask(page({ filters: [{ column: 4, op: "above", value: "1000" }] })), reading),
      row("tablemillion-statistics", await ask({ type: "statistics", view: { sort: [], filters: [] }, columns: [1] }), sorting),
    ];
  } finally {
    tables.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function time(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
