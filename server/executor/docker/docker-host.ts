/**
 * Harnesses in containers (profile.ts says how they are walled in, image.ts what they are made of). All that is needed
 * to find them again after a crash is in their labels.
 */
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, realpath, rm } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import type { HarnessSettings } from "@/pipelines/protocol/harness-settings";
import type { ValueStore } from "@/server/artifact/store";
import { findEnvironmentFolder, type EnvironmentFolder, type InstalledEnvironment } from "../environment";
import {
  harnessKey,
  HarnessStartError,
  type HarnessHost,
  type HarnessResources,
  type HarnessSpec,
  type RunningHarness,
} from "../harness-host";
import { HarnessOwners } from "../harness-owners";
import { pauseAfter } from "../../pause-after";
import { socketFolder, socketPath } from "../socket-folder";
import { ensureImage, findImageId, mostParkedSlots, mostSlots, uidBase } from "./image";
import { preparePortableNode, type PortableNode } from "./portable-node";
import { containerMemory, containerOptions, inside } from "./profile";

export interface DockerHostOptions {
  readonly home: string;
  readonly environment: InstalledEnvironment;
  /** Of packages that are not the base's, by the hash of their lock. Throws HarnessStartError where they cannot be had. */
  readonly environmentFolder?: EnvironmentFolder | undefined;
  readonly dataDir: (workspaceId: string) => string | undefined;
  readonly store: ValueStore;
  /** Folder with harness.cjs and task.cjs. */
  readonly runner: string;
  /** Docker network for cells with network=on; without one they are refused. */
  readonly network?: string | undefined;
  readonly docker?: Docker | undefined;
  /** An engine that does not answer for so long is stuck. */
  readonly patienceMs?: number | undefined;
}

type Ended = Awaited<RunningHarness["ended"]>;

const label = { home: "heddle.home", key: "heddle.key", workspace: "heddle.workspace", dedicated: "heddle.dedicated" } as const;

export class DockerHost implements HarnessHost {
  readonly kind = "docker";
  private readonly docker: Docker;
  private readonly homeId: string;
  private readonly owners: HarnessOwners;
  private readonly patience: number;
  private image: Promise<string> | undefined;
  private ownDigest: Promise<string> | undefined;
  private node: Promise<PortableNode> | undefined;

  constructor(private readonly options: DockerHostOptions) {
    this.owners = new HarnessOwners(options.home);
    this.docker = options.docker ?? new Docker();
    this.patience = options.patienceMs ?? 60_000;
    this.homeId = createHash("sha256").update(options.home).digest("hex").slice(0, 16);
  }

  async prepare(): Promise<void> {
    await this.ownImage();
  }

  async imageDigest(image: string | undefined): Promise<string> {
    // A name that somebody moves to another image has another digest; one that is not here fails when it is started.
    if (image !== undefined) return (await findImageId(this.docker, image)) ?? image;
    this.ownDigest ??= this.ownImage().then(async (tag) => (await findImageId(this.docker, tag)) ?? tag);
    this.ownDigest.catch(() => (this.ownDigest = undefined));
    return this.ownDigest;
  }

  async start(spec: HarnessSpec): Promise<RunningHarness> {
    const { scope, resources } = spec;
    await this.check(resources);
    const key = harnessKey(spec);
    const slots = Math.max(1, Math.min(spec.slots, mostSlots, Math.floor((totalmem() * 0.9) / resources.memory)));
    const wanted = scope.only
      ? `heddle-${safe(scope.only.taskRunId)}-${scope.only.attempt}`
      : `heddle-warm-${createHash("sha256").update(`${this.homeId}${key}`).digest("hex").slice(0, 16)}`;
    const name = (await this.owners.isForeign(wanted)) ? `${wanted}-${process.pid}` : wanted;
    await this.owners.claim(name);
    const environment = await findEnvironmentFolder(this.options, spec);
    const { socket, scratch } = await this.folders(name);
    const data = this.options.dataDir(scope.workspaceId);
    const dataFolder = data === undefined ? undefined : await realpath(data).catch(() => undefined);
    const node = resources.image === undefined ? undefined : await this.ownNode();
    const settings: HarnessSettings = {
      socket: `${inside.socket}/s`,
      ...(node === undefined ? {} : { node: node.command }),
      slots,
      mostParked: mostParkedSlots,
      uidBase,
      task: `${inside.runner}/task.cjs`,
      environment: inside.environment,
      store: inside.store,
      data: dataFolder === undefined ? "" : inside.data,
      scratch: inside.scratch,
      heapMegabytes: Math.floor(containerMemory(resources, slots) / 1024 / 1024),
      spares: scope.only ? 0 : Math.min(2, slots),
    };
    const create = containerOptions({
      name,
      image: resources.image ?? (await this.ownImage()),
      command: [...(node?.command ?? ["node"]), `${inside.runner}/harness.cjs`, JSON.stringify(settings)],
      labels: {
        [label.home]: this.homeId,
        [label.key]: key,
        [label.workspace]: scope.workspaceId,
        [label.dedicated]: scope.only ? "yes" : "no",
      },
      group: process.getgid?.() ?? 0,
      resources,
      slots,
      mounts: {
        socket,
        scratch,
        environment: await realpath(environment),
        store: await realpath(await this.options.store.folder(scope.workspaceId)),
        data: dataFolder,
        runner: resources.image === undefined ? undefined : await realpath(this.options.runner),
        node: node?.folder,
      },
      network: resources.network ? this.options.network : undefined,
    });
    const container = await this.answer("create the container", this.create(create));
    try {
      await this.answer("start the container", container.start());
    } catch (error) {
      await this.answer("remove the container", container.remove({ force: true })).catch(() => undefined);
      const { message, statusCode } = error as { message: string; statusCode?: number };
      // Nothing was said about the container: the engine itself went away.
      const isAway = statusCode === undefined;
      throw new HarnessStartError(
        isAway ? "node-lost" : resources.image === undefined ? "internal" : "image",
        isAway || resources.image === undefined,
        `The container could not be started: ${message}`,
      );
    }
    return this.running(container, name, key, scope.workspaceId, scope.only !== undefined);
  }

  async find(): Promise<RunningHarness[]> {
    const found: RunningHarness[] = [];
    const listed = await this.docker.listContainers({ all: true, filters: { label: [`${label.home}=${this.homeId}`] } });
    for (const { Id, Names, Labels, State } of listed) {
      const name = Names[0]!.slice(1);
      if (await this.owners.isForeign(name)) continue;
      await this.owners.claim(name);
      const container = this.docker.getContainer(Id);
      const running = this.running(
        container,
        name,
        Labels[label.key] ?? "",
        Labels[label.workspace] ?? "",
        Labels[label.dedicated] === "yes",
      );
      if (State === "running") found.push(running);
      else await running.remove().catch(() => undefined);
    }
    return found;
  }

  private async check({ gpu, network, image }: HarnessResources): Promise<void> {
    if (gpu > 0) {
      const info = (await this.docker.info()) as { Runtimes?: Record<string, unknown> };
      if (!info.Runtimes?.nvidia) {
        throw new HarnessStartError(
          "image",
          false,
          `This cell asks for gpu=${gpu}, but Docker on this machine offers no GPU (no "nvidia" runtime). Install the NVIDIA container toolkit, or take gpu= away.`,
        );
      }
    }
    if (network && this.options.network === undefined) {
      throw new HarnessStartError(
        "quota",
        false,
        "This cell asks for network=on, which this Heddle does not allow. Start it with a network for cells, or take network=on away.",
      );
    }
    if (image !== undefined && (await findImageId(this.docker, image)) === undefined) {
      throw new HarnessStartError(
        "image",
        false,
        `The image "${image}" is not on this machine. Heddle downloads none by itself: load it with \`docker pull ${image}\`, or take image= away.`,
      );
    }
  }

  private ownImage(): Promise<string> {
    this.image ??= ensureImage(this.docker, this.options.runner).catch((error: unknown) => {
      this.image = undefined;
      throw error;
    });
    return this.image;
  }

  private ownNode(): Promise<PortableNode> {
    this.node ??= preparePortableNode(this.options.home, inside.node).catch((error: unknown) => {
      this.node = undefined;
      throw error;
    });
    return this.node;
  }

  /**
   * A container of this name that still stands is a leftover: its owner is dead and nobody adopted it, or it was made for us
   * and the word of it was lost. An engine that is restarting is waited for.
   */
  private async create(options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
    const until = performance.now() + this.patience;
    for (let tries = 0; ; tries++) {
      try {
        return await this.docker.createContainer(options);
      } catch (error) {
        const { statusCode, code } = error as { statusCode?: number; code?: string };
        if ((statusCode !== 409 && code === undefined) || performance.now() > until) throw error;
        if (statusCode === 409) {
          const leftover = this.docker.getContainer(options.name!);
          await leftover.remove({ force: true, v: true }).catch(() => undefined);
        }
        await pauseAfter(tries);
      }
    }
  }

  private async folders(name: string): Promise<{ socket: string; scratch: string }> {
    const socket = await socketFolder(this.options.home, name);
    const isRoot = process.getuid?.() === 0;
    // Inside, the harness is root without the right to pass over permissions: it needs to own the folder or share its group.
    await chmod(socket, isRoot ? 0o700 : 0o770);
    const scratch = this.scratch(name);
    await rm(scratch, { recursive: true, force: true });
    await mkdir(join(this.options.home, "scratch"), { recursive: true, mode: 0o700 });
    await mkdir(scratch, { recursive: true });
    await chmod(scratch, 0o1777);
    return { socket: await realpath(socket), scratch: await realpath(scratch) };
  }

  private scratch(name: string): string {
    return join(this.options.home, "scratch", name);
  }

  private running(container: Docker.Container, name: string, key: string, workspaceId: string, dedicated: boolean): RunningHarness {
    const folder = socketPath(this.options.home, name);
    let removed = false;
    return {
      key,
      name,
      workspaceId,
      dedicated,
      socket: join(folder, "s"),
      scratch: this.scratch(name),
      ended: this.watch(container, name, folder, () => removed),
      remove: async () => {
        removed = true;
        await this.answer("remove the container", container.remove({ force: true, v: true })).catch((error: unknown) => {
          const { statusCode } = error as { statusCode?: number };
          // Gone already, or on its way.
          if (statusCode !== 404 && statusCode !== 409) throw error;
        });
        await rm(this.scratch(name), { recursive: true, force: true, maxRetries: 3 });
        await rm(folder, { recursive: true, force: true });
        await this.owners.release(name);
      },
    };
  }

  /** The engine may go away and come back (an upgrade, say) while the container works on: only what it says then counts. */
  private async watch(container: Docker.Container, name: string, folder: string, isRemoved: () => boolean): Promise<Ended> {
    for (let tries = 0; ; tries++) {
      const exitCode = await container.wait().then(
        ({ StatusCode }: { StatusCode: number }) => StatusCode,
        () => undefined,
      );
      const found = await this.answer("inspect the container", container.inspect()).catch((error: { statusCode?: number }) => error);
      if (!("State" in found)) {
        if (found.statusCode === 404 || isRemoved()) return { reason: "node-lost", message: `The container ${name} is gone.` };
      } else if (!found.State.Running) {
        if (found.State.OOMKilled) return { reason: "out-of-memory", message: `The container ${name} ran out of memory and was killed.` };
        const words = await readFile(join(folder, "fatal.log"), "utf8").catch(() => "");
        const code = exitCode ?? found.State.ExitCode;
        return {
          reason: "node-lost",
          message: `The container ${name} ended (exit code ${code}).${words ? ` ${words.slice(0, 1000)}` : ""}`,
        };
      }
      await pauseAfter(tries);
    }
  }

  /** Calls that are never answered would hold an attempt for ever. */
  private async answer<T>(what: string, call: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new HarnessStartError("node-lost", true, `Docker did not ${what} within ${Math.round(this.patience / 1000)} s.`));
      }, this.patience);
    });
    return Promise.race([call, silence]).finally(() => clearTimeout(timer));
  }
}

function safe(id: string): string {
  return id.replace(/[^A-Za-z0-9_.-]/g, "-");
}
