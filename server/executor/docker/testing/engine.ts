/** The container engine for tests elsewhere that put something in its way. */
import Docker from "dockerode";

export type ContainerEngine = Docker;
export type ContainerHandle = Docker.Container;
export type ContainerOptions = Docker.ContainerCreateOptions;

export function openEngine(): ContainerEngine {
  return new Docker();
}
