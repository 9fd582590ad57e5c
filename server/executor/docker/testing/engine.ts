/** The container engine for tests elsewhere that put something in its way. */
import Docker from "dockerode";

export type ContainerEngine = Docker;
export type ContainerHandle = Docker.Container;
export type ContainerOptions = Docker.ContainerCreateOptions;

/** `socketPath`: one that is not the usual one. */
export function openEngine(socketPath?: string): ContainerEngine {
  return socketPath === undefined ? new Docker() : new Docker({ socketPath });
}
