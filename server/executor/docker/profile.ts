/**
 * What every container of cells is held to: no network, a read-only root, no capability but the three the harness needs
 * to hand processes to other users and end them, memory without swap, a limit on processes, no log on disk.
 */
import { cpus } from "node:os";
import type Docker from "dockerode";
import type { HarnessResources } from "../harness-host";

export interface Mounts {
  readonly socket: string;
  readonly scratch: string;
  readonly environment: string;
  readonly store: string;
  readonly data: string | undefined;
  /** The bundled runner, for images that are not ours. */
  readonly runner: string | undefined;
  /** Our Node, for such images. */
  readonly node: string | undefined;
}

/** Where the mounts are inside. */
export const inside = {
  socket: "/heddle/socket",
  scratch: "/heddle/scratch",
  environment: "/heddle/environment",
  store: "/heddle/store",
  data: "/heddle/data",
  runner: "/heddle/runner",
  node: "/heddle/node",
} as const;

const smallest = 512 * 1024 ** 2;
/** For the harness and for processes that wait: kept on top of what the tasks may use. */
const reserve = 384 * 1024 ** 2;

export function containerMemory(resources: HarnessResources, slots: number): number {
  return Math.max(smallest, resources.memory * slots + reserve);
}

export function containerOptions(options: {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly group: number;
  readonly resources: HarnessResources;
  readonly slots: number;
  readonly mounts: Mounts;
  /** Name of a Docker network from which neither this host nor other containers can be reached. */
  readonly network: string | undefined;
}): Docker.ContainerCreateOptions {
  const { resources, slots, mounts } = options;
  const memory = containerMemory(resources, slots);
  const bind = (from: string | undefined, to: string, mode: "ro" | "rw") => (from === undefined ? [] : [`${from}:${to}:${mode}`]);
  return {
    name: options.name,
    Image: options.image,
    Entrypoint: [],
    Cmd: [...options.command],
    User: `0:${options.group}`,
    WorkingDir: "/",
    Env: [],
    Labels: { ...options.labels },
    HostConfig: {
      Init: true,
      NetworkMode: options.network ?? "none",
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "rw,nosuid,nodev,mode=1777,size=1g" },
      CapDrop: ["ALL"],
      CapAdd: ["SETUID", "SETGID", "KILL"],
      SecurityOpt: ["no-new-privileges"],
      // Threads count: a Node process has about a dozen.
      PidsLimit: 2048,
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.round(Math.min(cpus().length, resources.cpu * slots) * 1e9),
      IpcMode: "private",
      LogConfig: { Type: "none", Config: {} },
      RestartPolicy: { Name: "no" },
      Binds: [
        ...bind(mounts.socket, inside.socket, "rw"),
        ...bind(mounts.scratch, inside.scratch, "rw"),
        ...bind(mounts.environment, inside.environment, "ro"),
        ...bind(mounts.store, inside.store, "ro"),
        ...bind(mounts.data, inside.data, "ro"),
        ...bind(mounts.runner, inside.runner, "ro"),
        ...bind(mounts.node, inside.node, "ro"),
      ],
      ...(resources.gpu > 0 ? { DeviceRequests: [{ Driver: "nvidia", Count: resources.gpu, Capabilities: [["gpu"]] }] } : {}),
    },
  };
}
