/** What tests and benches of executors need: a home of their own, the bundled runner, the environment (installed once). */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleRunner } from "@/runner/bundle.mjs";
import { installEnvironment, type InstalledEnvironment } from "../environment";

const root = join(import.meta.dirname, "../../..");

export interface Workbench {
  readonly home: string;
  readonly runner: string;
  readonly environment: InstalledEnvironment;
  remove(): Promise<void>;
}

export async function openWorkbench(): Promise<Workbench> {
  const home = await mkdtemp(join(tmpdir(), "heddle-test-"));
  const runner = join(home, "runner");
  const [environment] = await Promise.all([
    installEnvironment({ home: join(root, "node_modules/.cache/heddle-test"), source: join(root, "environment") }),
    bundleRunner(runner),
  ]);
  return { home, runner, environment, remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }) };
}
