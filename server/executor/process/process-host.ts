/**
 * Harnesses as local processes: for a machine without containers, and for people who trust what they run. There is
 * no wall between cells and this machine. A folder per harness below `<home>/harness` holds its socket and its pid.
 */
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { HarnessSettings } from "@/pipelines/protocol/harness-settings";
import type { ValueStore } from "@/server/artifact/store";
import { findEnvironmentFolder, type EnvironmentFolder, type InstalledEnvironment } from "../environment";
import { harnessKey, HarnessStartError, type HarnessHost, type HarnessSpec, type RunningHarness } from "../harness-host";
import { HarnessOwners } from "../harness-owners";
import { identify, isAlive, type ProcessIdentity } from "../process-identity";
import { socketFolder } from "../socket-folder";

export interface ProcessHostOptions {
  readonly home: string;
  readonly environment: InstalledEnvironment;
  /** Of packages that are not the base's, by the hash of their lock. Throws HarnessStartError where they cannot be had. */
  readonly environmentFolder?: EnvironmentFolder | undefined;
  readonly dataDir: (workspaceId: string) => string | undefined;
  readonly store: ValueStore;
  /** Folder with harness.cjs and task.cjs. */
  readonly runner: string;
  /** GPUs that local processes may use. */
  readonly gpus?: number | undefined;
}

interface Record extends ProcessIdentity {
  readonly key: string;
  readonly workspaceId: string;
  readonly dedicated: boolean;
  readonly socket: string;
}

type Ended = Awaited<RunningHarness["ended"]>;

const pollMs = 250;

export class ProcessHost implements HarnessHost {
  readonly kind = "process";
  private readonly root: string;
  private readonly owners: HarnessOwners;
  private digest: Promise<string> | undefined;

  constructor(private readonly options: ProcessHostOptions) {
    this.owners = new HarnessOwners(options.home);
    this.root = join(options.home, "harness");
  }

  async prepare(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
  }

  async imageDigest(image: string | undefined): Promise<string> {
    this.digest ??= hashRunner(this.options.runner);
    this.digest.catch(() => (this.digest = undefined));
    return `${await this.digest}${image === undefined ? "" : ` ${image}`}`;
  }

  async start(spec: HarnessSpec): Promise<RunningHarness> {
    const { scope, resources } = spec;
    if (resources.gpu > (this.options.gpus ?? 0))
      throw new HarnessStartError(
        "image",
        false,
        `This cell asks for gpu=${resources.gpu}, and this machine offers none to local processes.`,
      );
    if (resources.image !== undefined) {
      throw new HarnessStartError(
        "image",
        false,
        `This cell asks for the image "${resources.image}". Images need Docker; Heddle runs cells as local processes here.`,
      );
    }
    const key = harnessKey(spec);
    const name = `p-${createHash("sha256").update(key).digest("hex").slice(0, 8)}-${randomBytes(3).toString("hex")}`;
    const folder = join(this.root, name);
    const scratch = join(folder, "scratch");
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    const socket = join(await socketFolder(this.options.home, name), "s");
    const data = this.options.dataDir(scope.workspaceId);
    const settings: HarnessSettings = {
      socket,
      slots: spec.slots,
      mostParked: 1000,
      task: join(this.options.runner, "task.cjs"),
      environment: await realpath(await findEnvironmentFolder(this.options, spec)),
      store: await realpath(await this.options.store.folder(scope.workspaceId)),
      data: data ? await realpath(data).catch(() => "") : "",
      scratch: await realpath(scratch),
      heapMegabytes: Math.floor(totalmem() / 1024 / 1024),
      spares: scope.only ? 0 : Math.min(2, spec.slots),
    };
    const errors = openSync(join(folder, "stderr.log"), "a", 0o600);
    const child = spawn(process.execPath, [join(this.options.runner, "harness.cjs"), JSON.stringify(settings)], {
      // It outlives this server: its own group, none of its pipes.
      detached: true,
      stdio: ["ignore", "ignore", errors],
      cwd: folder,
      env: { PATH: process.env.PATH, ...(process.env.TMPDIR ? { TMPDIR: process.env.TMPDIR } : {}), NODE_ENV: "production" },
    });
    closeSync(errors);
    child.unref();
    const ended = new Promise<Ended>((resolve) => {
      child.once("error", (error) => resolve({ reason: "node-lost", message: `The harness could not be started: ${error.message}` }));
      child.once("exit", (code, signal) =>
        resolve({ reason: "node-lost", message: `The harness of this attempt ended (${signal ?? `exit code ${code}`}).` }),
      );
    });
    if (child.pid === undefined) throw new HarnessStartError("internal", true, (await ended).message);
    const record: Record = { ...identify(child.pid), key, workspaceId: scope.workspaceId, dedicated: scope.only !== undefined, socket };
    await writeFile(join(folder, "harness.tmp"), JSON.stringify(record), { mode: 0o600 });
    await rename(join(folder, "harness.tmp"), join(folder, "harness.json"));
    await this.owners.claim(name);
    return this.running(name, record, ended);
  }

  async find(): Promise<RunningHarness[]> {
    const found: RunningHarness[] = [];
    for (const name of await readdir(this.root).catch(() => [])) {
      const text = await readFile(join(this.root, name, "harness.json"), "utf8").catch(() => undefined);
      const record = text === undefined ? undefined : (JSON.parse(text) as Record);
      if (!record || (await this.owners.isForeign(name))) continue;
      if (isAlive(record)) {
        await this.owners.claim(name);
        found.push(this.running(name, record, this.watch(record)));
      } else await rm(join(this.root, name), { recursive: true, force: true });
    }
    return found;
  }

  private running(name: string, record: Record, ended: Promise<Ended>): RunningHarness {
    const { key, workspaceId, dedicated, socket } = record;
    return {
      key,
      name,
      workspaceId,
      dedicated,
      socket,
      scratch: join(this.root, name, "scratch"),
      ended,
      remove: async () => {
        // SIGTERM lets it end its task processes; they lead groups of their own.
        if (isAlive(record)) tryKill(record.pid, "SIGTERM");
        const patience = setTimeout(() => tryKill(record.pid, "SIGKILL"), 3000);
        await ended;
        clearTimeout(patience);
        await rm(join(this.root, name), { recursive: true, force: true, maxRetries: 3 });
        await rm(join(socket, ".."), { recursive: true, force: true });
        await this.owners.release(name);
      },
    };
  }

  /** Of a harness that is not our child there is no exit event. */
  private watch(record: Record): Promise<Ended> {
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (isAlive(record)) return;
        clearInterval(timer);
        resolve({ reason: "node-lost", message: "The harness of this attempt ended." });
      }, pollMs);
      timer.unref();
    });
  }
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

/** There is no image: what decides in its place is this machine's Node and the bundled runner. */
async function hashRunner(runner: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of ["harness.cjs", "task.cjs"]) hash.update(await readFile(join(runner, name)));
  return `node ${process.version} ${process.platform} ${process.arch} ${hash.digest("hex")}`;
}
