/**
 * A DAG of 10,000 tasks (a diamond grid: 100 layers of 100, each task reads two of the layer before): seconds until it is
 * compiled and stored, and until its first task has started. Floors: one durable commit per 1,000 rows, as many as it takes.
 */
import { compile } from "@/pipelines/compile/compile";
import { parse } from "@/pipelines/notebook/parse";
import { reached, toSpec } from "@/server/run/testing/workbench";
import type { Measurement } from "./bench";
import { withGround } from "./bench-ground";
import { median } from "./median";

const width = 100;
const layers = 100;
const rounds = 3;

function gridText(): string {
  const cells: string[] = [];
  for (let layer = 0; layer < layers; layer++) {
    for (let place = 0; place < width; place++) {
      const value = layer === 0 ? String(place) : `v${layer - 1}x${place} + v${layer - 1}x${(place + 1) % width}`;
      cells.push(`// %% T ${layer} ${place}\nconst v${layer}x${place} = ${value};`);
    }
  }
  return `${cells.join("\n\n")}\n`;
}

export function run(): Promise<Measurement[]> {
  const text = gridText();
  return withGround(async (ground) => {
    const compiled: number[] = [];
    const stored: number[] = [];
    const started: number[] = [];
    for (let n = 0; n <= rounds; n++) {
      let began = performance.now();
      compile(parse(text));
      const compiling = performance.now() - began;
      const spec = toSpec(text, { cache: "off" });
      began = performance.now();
      const result = await ground.engine.submit(spec, { source: text, versionId: undefined, createdBy: undefined });
      if (!result.ok) throw new Error(result.message);
      const storing = performance.now() - began;
      await reached(ground.pool, result.id, "t-0-0", "succeeded");
      const starting = performance.now() - began - storing;
      await ground.engine.cancel(result.id);
      if (n === 0) continue;
      compiled.push(compiling);
      stored.push(compiling + storing);
      started.push(starting);
    }
    const floor = (await ground.commits((width * layers) / 1_000)) / 1000;
    return [
      { name: "dag10000", value: seconds(stored), unit: "s", floor: round(floor), ratio: round(seconds(stored) / floor) },
      { name: "dag10000-compile", value: seconds(compiled), unit: "s" },
      { name: "dag10000-first-task", value: seconds(started), unit: "s" },
    ];
  });
}

function seconds(milliseconds: readonly number[]): number {
  return round(median(milliseconds) / 1000);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
