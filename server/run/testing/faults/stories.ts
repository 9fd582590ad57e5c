/** Notebooks whose attempts are watched by the witness (witness.ts). */
import fs from "node:fs";
import { witnessCell } from "./witness";

/** A chain, a fan-out, metrics, lines, an artifact, a value in the store, and a task that fails once. Takes about a second. */
export function everything(folder: string, elements = 3, holdMs = 40, salt = 0): string {
  return `${witnessCell(folder, String(salt))}
// %% Items
const items = await witness("items", () => Array.from({ length: ${elements} }, (_, n) => n + ${salt * 1000}));

// %% Work each="n of items"
import { metric } from "heddle";
const worked = await witness("work", async (given) => {
  for (let step = 0; step < 5; step++) {
    metric("loss", n * 100 + step, { step });
    given.points++;
    console.log("step", step);
    given.lines++;
    await new Promise((resolve) => setTimeout(resolve, ${holdMs} / 5));
  }
  return n * 2;
});

// %% Keep
import { artifact } from "heddle";
const large = await witness("keep", () => {
  artifact("note.txt", "hello");
  return new Float64Array(20_000).fill(worked.length);
});

// %% Flaky retries=3 retryDelay=10ms
import { run } from "heddle";
const flaky = await witness("flaky", () => {
  if (run.attempt === 1) throw new Error("the first time");
  return large.length;
});

// %% Report
export const report = await witness("report", () => worked.reduce((a, b) => a + b, flaky));
`;
}

/** Waits until it is let go (`letGo`), in whichever attempt. */
export function waiting(folder: string, options = ""): string {
  return `${witnessCell(folder)}
// %% Wait ${options}
import { existsSync } from "node:fs";
import { run } from "heddle";
export const attempt = await witness("wait", async () => {
  while (!existsSync(${JSON.stringify(`${folder}.go`)})) await new Promise((resolve) => setTimeout(resolve, 20));
  return run.attempt;
});
`;
}

/** Waits for the notebook "Child" and for nothing else (a witness would keep its clock running): lays down its place meanwhile. */
export const calling = `// %% Call pool=small
import { runNotebook } from "heddle";
export const got = (await runNotebook<{ one: number }>("Child", {})).one;
`;

export function letGo(folder: string): void {
  fs.writeFileSync(`${folder}.go`, "");
}

export function hold(folder: string): void {
  fs.rmSync(`${folder}.go`, { force: true });
}

export function busy(folder: string, ms: number): string {
  return `${witnessCell(folder)}
// %% Busy
export const turns = await witness("busy", () => {
  let turns = 0;
  for (const until = Date.now() + ${ms}; Date.now() < until; ) turns++;
  return turns > 0;
});
`;
}
