/** Attempts in containers: the executor for everyone who has a container engine. */
import { join } from "node:path";
import { createValueStore } from "@/server/artifact/store";
import { HarnessExecutor } from "../harness-executor";
import type { ExecutorOptions } from "../process/process-executor";
import { DockerHost } from "./docker-host";

export interface DockerExecutorOptions extends ExecutorOptions {
  /** Docker network for cells with network=on: one from which this host and other containers cannot be reached. */
  readonly network?: string;
}

export function createDockerExecutor(options: DockerExecutorOptions): HarnessExecutor {
  const { home, environment, dataDir, network, runner = join(process.cwd(), "dist/runner") } = options;
  const store = options.store ?? createValueStore(home);
  return new HarnessExecutor(new DockerHost({ home, environment, dataDir, network, runner, store }), { ...options, store });
}
