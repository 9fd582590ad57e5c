/** Where harnesses live: local processes (process/) or containers (docker/). harness-executor.ts does the rest. */
import type { AttemptId } from "./executor";
import type { Reason } from "@/pipelines/run/run";

export interface HarnessHost {
  readonly kind: "docker" | "process";
  prepare(): Promise<void>;
  /** See Executor. */
  imageDigest(image: string | undefined): Promise<string>;
  /** Starts a harness; throws HarnessStartError with words for people when that cannot be. */
  start(spec: HarnessSpec): Promise<RunningHarness>;
  /** Harnesses that an earlier server of this home left running. */
  find(): Promise<RunningHarness[]>;
}

export interface HarnessSpec {
  readonly scope: HarnessScope;
  readonly resources: HarnessResources;
  readonly slots: number;
}

/** Attempts share a harness when all of this is equal. */
export interface HarnessScope {
  readonly workspaceId: string;
  /** Notebook or run whose attempts it serves. */
  readonly group: string;
  /** For isolation=container: the only attempt it will ever see. */
  readonly only: AttemptId | undefined;
}

export interface HarnessResources {
  /** Of one attempt. */
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
  readonly network: boolean;
  readonly image: string | undefined;
  /** Hash of the lock of the packages; undefined: the base. */
  readonly environment?: string | undefined;
}

export interface RunningHarness {
  /** Equal for harnesses that can stand in for each other. */
  readonly key: string;
  readonly name: string;
  readonly workspaceId: string;
  readonly socket: string;
  /** Folder on this machine into which its tasks write values. */
  readonly scratch: string;
  readonly dedicated: boolean;
  /** Resolves when it has ended, with the reason for attempts that were under way. */
  readonly ended: Promise<{ readonly reason: Reason; readonly message: string }>;
  /** Ends it and removes what belongs to it alone. */
  remove(): Promise<void>;
}

export class HarnessStartError extends Error {
  override readonly name = "HarnessStartError";

  constructor(
    readonly reason: Reason,
    readonly retriable: boolean,
    message: string,
  ) {
    super(message);
  }
}

export function harnessKey({ scope, resources }: Pick<HarnessSpec, "scope" | "resources">): string {
  const { workspaceId, group, only } = scope;
  const { cpu, memory, gpu, network, image, environment } = resources;
  return JSON.stringify([
    workspaceId,
    group,
    only ? [only.taskRunId, only.attempt] : 0,
    cpu,
    memory,
    gpu,
    network,
    image ?? "",
    environment ?? "",
  ]);
}
