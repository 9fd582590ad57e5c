/** What tests and benches of executors need: a home of their own, the bundled runner, the environment (installed once). */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installEnvironment, type InstalledEnvironment } from "../environment";

export interface Workbench {
  readonly home: string;
  readonly runner: string;
  readonly environment: InstalledEnvironment;
  remove(): Promise<void>;
}

/** The working directory is the checkout: vitest and bin/bench.mjs see to that. */
export async function openWorkbench(): Promise<Workbench> {
  const root = process.cwd();
  const home = await mkdtemp(join(tmpdir(), "heddle-test-"));
  const environment = await installEnvironment({ home: join(root, "node_modules/.cache/heddle-test"), source: join(root, "environment") });
  return {
    home,
    environment,
    runner: join(root, "dist/runner"),
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}
