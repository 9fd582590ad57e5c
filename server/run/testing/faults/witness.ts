/**
 * What attempts themselves say of when they were at work, written from inside their process or container past everything
 * that is under test: a file each, a line at the start, each 25 ms, and at the end, by the clock that all of this machine share.
 */
import fs from "node:fs";
import path from "node:path";

export interface Seen {
  readonly run: string;
  readonly task: string;
  readonly index: number | undefined;
  readonly attempt: number;
  readonly start: number;
  /** The last sign of life. */
  readonly last: number;
  /** It came to its end: how many metric points and log lines it had given. */
  readonly end: { readonly points: number; readonly lines: number } | undefined;
}

/** A cell with the functions that other cells call: `await witness("key", work)`. `folder` as the attempt sees it. */
export function witnessCell(folder: string, salt = ""): string {
  return `// %% Witness functions
import { appendFileSync } from "node:fs";
import { run } from "heddle";
async function witness<T>(task: string, work: (given: { points: number; lines: number }) => T | Promise<T>): Promise<T> {
  // What differs here differs in every task, so that none comes out of the cache: ${salt}.
  const name = [run.id, task, run.mapIndex ?? "", run.attempt, process.pid].join("~");
  const say = (word: string) => appendFileSync(${JSON.stringify(folder)} + "/" + name, word + " " + process.hrtime.bigint() / 1000n + "\\n");
  say(${JSON.stringify(`start ${salt}`.trim())});
  const beat = setInterval(() => say("beat"), 25);
  const given = { points: 0, lines: 0 };
  try {
    return await work(given);
  } finally {
    clearInterval(beat);
    say("end " + given.points + " " + given.lines);
  }
}
`;
}

export function witnessFolder(home: string): string {
  const folder = path.join(home, "witness");
  fs.mkdirSync(folder, { recursive: true });
  fs.chmodSync(folder, 0o1777);
  return folder;
}

export function readWitness(folder: string): Seen[] {
  return fs.readdirSync(folder).map((name) => {
    const [run, task, index, attempt] = name.split("~") as [string, string, string, string];
    const lines = fs
      .readFileSync(path.join(folder, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    const time = (words: string[] | undefined) => Number(words?.at(-1)) / 1000;
    const end = lines.find(([word]) => word === "end");
    return {
      run,
      task,
      index: index === "" ? undefined : Number(index),
      attempt: Number(attempt),
      start: time(lines[0]),
      last: time(lines.at(-1)),
      end: end && { points: Number(end[1]), lines: Number(end[2]) },
    };
  });
}
