/** Attempts in containers: the executor for everyone who has a container engine. */
import { join } from "node:path";
import type Docker from "dockerode";
import { createValueStore } from "@/server/artifact/store";
import { HarnessExecutor } from "../harness-executor";
import type { ExecutorOptions } from "../process/process-executor";
import { DockerHost } from "./docker-host";

export interface DockerExecutorOptions extends ExecutorOptions {
  /** Docker network for cells with network=on: one from which this host and other containers cannot be reached. */
  readonly network?: string;
  /** The engine to talk to, where it is not the usual one. */
  readonly docker?: Docker;
}

export function createDockerExecutor(options: DockerExecutorOptions): HarnessExecutor {
  const { home, environment, environmentFolder, dataDir, network, docker, runner = join(process.cwd(), "dist/runner") } = options;
  const store = options.store ?? createValueStore(home);
  const host = new DockerHost({ home, environment, environmentFolder, dataDir, network, docker, runner, store });
  return new HarnessExecutor(host, { ...options, store });
}
