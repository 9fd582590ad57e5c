/**
 * `npm run bench`: each measurement is a module that exports `run`, prints beside its value the floor that was measured
 * in the same call, and the ratio to it. Machines are noisy: compare ratios, and look at the load.
 */
import os from "node:os";

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the machine itself costs for the same work, in the same unit. */
  readonly floor?: number;
  /** How many times the floor; for a rate, the floor's rate divided by ours. */
  readonly ratio?: number;
}

const benches: Readonly<Record<string, () => Promise<{ run(): Promise<readonly Measurement[]> }>>> = {
  chain40: () => import("./chain40"),
  fanout1000: () => import("./fanout"),
  fanout10000: async () => ({ run: (await import("./fanout")).runLarge }),
  growth: () => import("./growth"),
  dag10000: () => import("./dag10000"),
  noop: () => import("./noop"),
  tablemillion: () => import("./table-million"),
  value100mb: () => import("./value100mb"),
  compile1000: () => import("./compile1000"),
  runs1000: () => import("./runs1000"),
  editor: () => import("./editor"),
  notebook300: () => import("./notebook300"),
  runpage1000: () => import("./runpage"),
  runpage10000: async () => ({ run: (await import("./runpage")).runLarge }),
  firstlog: () => import("./firstlog"),
  stdout1gb: () => import("./stdout1gb"),
  restart: () => import("./restart"),
  idle: () => import("./idle"),
  peers: () => import("./peers"),
};

export async function main(args: readonly string[]): Promise<void> {
  const json = args.includes("--json");
  const names = args.filter((arg) => !arg.startsWith("-"));
  const unknown = names.filter((name) => !(name in benches));
  if (unknown.length > 0) {
    console.error(`There is no bench called ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`);
    process.exitCode = 2;
    return;
  }
  const results: (Measurement & { readonly load: number })[] = [];
  for (const name of names.length > 0 ? names : Object.keys(benches)) {
    const { run } = await benches[name]!();
    const measured = (await run()).map((measurement) => ({ ...measurement, load: round(os.loadavg()[0]!) }));
    results.push(...measured);
    if (!json) console.table(measured);
  }
  if (json) console.log(JSON.stringify({ results: results.map((result) => ({ ...result, value: round(result.value) })) }, undefined, 2));
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
