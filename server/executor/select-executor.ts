/** Containers when an engine answers, else local processes; and one sentence that says which and why. */
import { createDockerExecutor, type DockerExecutorOptions } from "./docker/docker-executor";
import { findEngine } from "./docker/find-engine";
import type { HarnessExecutor } from "./harness-executor";
import { createProcessExecutor } from "./process/process-executor";

export interface SelectedExecutor {
  readonly executor: HarnessExecutor;
  readonly sentence: string;
}

export async function selectExecutor(
  options: DockerExecutorOptions & { readonly prefer?: "docker" | "process" | undefined },
): Promise<SelectedExecutor> {
  if (options.prefer === "process") {
    return {
      executor: createProcessExecutor(options),
      sentence: "Cells run as local processes, as asked: nothing walls them off from this machine.",
    };
  }
  const engine = await findEngine();
  if (engine.ok)
    return {
      executor: createDockerExecutor(options),
      sentence: `Cells run in containers (Docker ${engine.version}), without network and on a read-only root.`,
    };
  if (options.prefer === "docker") throw new Error(`Cells were asked to run in containers, but ${engine.why}.`);
  return {
    executor: createProcessExecutor(options),
    sentence: `Cells run as local processes, because ${engine.why}: nothing walls them off from this machine.`,
  };
}
