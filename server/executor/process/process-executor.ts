/** Attempts as local processes, without a wall around them. docker/docker-executor.ts is the one with walls. */
import { join } from "node:path";
import { createValueStore } from "@/server/artifact/store";
import type { EnvironmentFolder, InstalledEnvironment } from "../environment";
import { HarnessExecutor, type HarnessExecutorOptions } from "../harness-executor";
import { ProcessHost } from "./process-host";

export interface ExecutorOptions extends HarnessExecutorOptions {
  readonly environment: InstalledEnvironment;
  /** Where packages of notebooks' own are. */
  readonly environmentFolder?: EnvironmentFolder | undefined;
  /** The workspace's data folder, mounted read-only as `data/`. */
  readonly dataDir: (workspaceId: string) => string | undefined;
  /** Folder with the bundled runner; `dist/runner` of the working directory when left out. */
  readonly runner?: string;
  /** For local processes: how many GPUs there are, for them to share as they see fit. */
  readonly gpus?: number | undefined;
}

export function createProcessExecutor(options: ExecutorOptions): HarnessExecutor {
  const { home, environment, environmentFolder, dataDir, gpus, runner = join(process.cwd(), "dist/runner") } = options;
  const store = options.store ?? createValueStore(home);
  return new HarnessExecutor(new ProcessHost({ home, environment, environmentFolder, dataDir, gpus, runner, store }), {
    ...options,
    store,
  });
}
