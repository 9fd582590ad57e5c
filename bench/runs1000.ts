/**
 * 1,000 runs of ten no-op tasks, of ten workspaces of unequal size, all asked for at once but by the smallest: there somebody
 * presses Run, waits for the end and presses again. Seconds until all have ended; floor: as many durable commits as tasks. Then
 * how long the smallest workspace waits for a run (p95), and beside it, as floor, what it waits with the machine to itself.
 */
import { performance } from "node:perf_hooks";
import { ended, toSpec } from "@/server/run/testing/workbench";
import type { Measurement } from "./bench";
import { withGround, type Ground } from "./bench-ground";

const sizes = [250, 180, 140, 110, 90, 75, 60, 50, 30, 15];
const smallest = sizes.length - 1;

const text = Array.from({ length: 10 }, (_, n) => `// %% Task ${n}\nexport const v${n} = ${n === 0 ? "0" : `v${n - 1} + 1`};\n`).join("\n");

export function run(): Promise<Measurement[]> {
  return withGround(async (ground) => {
    await ground.time(text);
    const alone = await pressAgainAndAgain(ground, "alone", sizes[smallest]!);
    const began = performance.now();
    const [crowded] = await Promise.all([
      pressAgainAndAgain(ground, "crowd-9", sizes[smallest]!),
      ...sizes.slice(0, smallest).map((size, index) => allAtOnce(ground, `crowd-${index}`, size)),
    ]);
    const seconds = (performance.now() - began) / 1000;
    const floor = (await ground.commits(10_000)) / 1000;
    const [here, there] = [percentile(crowded, 0.95), percentile(alone, 0.95)];
    const round = (x: number) => Number(x.toPrecision(4));
    return [
      { name: "runs1000", value: round(seconds), unit: "s", floor: round(floor), ratio: round(seconds / floor) },
      { name: "runs1000-smallest-p95", value: round(here), unit: "ms", floor: round(there), ratio: round(here / there) },
    ];
  });
}

/** Milliseconds from each press to the end of its run. */
async function pressAgainAndAgain(ground: Ground, workspaceId: string, times: number): Promise<number[]> {
  const waits: number[] = [];
  for (let n = 0; n < times; n++) {
    const began = performance.now();
    await ended(ground.pool, await submit(ground, workspaceId));
    waits.push(performance.now() - began);
  }
  return waits;
}

async function allAtOnce(ground: Ground, workspaceId: string, size: number): Promise<void> {
  const ids = await Promise.all(Array.from({ length: size }, () => submit(ground, workspaceId)));
  for (const id of ids) await ended(ground.pool, id);
  const { rows } = await ground.pool.query<{ status: string }>("select distinct status from run where workspace_id = $1", [workspaceId]);
  if (rows.some(({ status }) => status !== "succeeded"))
    throw new Error(`Runs of ${workspaceId}: ${rows.map(({ status }) => status).join(", ")}`);
}

const spec = toSpec(text, { cache: "off" });

async function submit({ engine }: Ground, workspaceId: string): Promise<string> {
  const result = await engine.submit({ ...spec, workspaceId }, { source: text, versionId: undefined, createdBy: undefined });
  if (!result.ok) throw new Error(result.message);
  return result.id;
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}
