/**
 * A container engine of its own, to be stopped, killed and started again without harm to anybody else's containers. It lives
 * in a network namespace of its own: a second engine in the machine's would take the first one's bridge away.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { openEngine, type ContainerEngine } from "../../../executor/docker/testing/engine";

/** Needs root, as an engine does, and its program. */
export const canHavePrivateDocker =
  process.platform === "linux" && process.getuid?.() === 0 && ["dockerd", "unshare"].every((name) => findProgram(name) !== undefined);

export class PrivateDocker {
  readonly engine: ContainerEngine;
  private readonly socket: string;
  private daemon: ChildProcess | undefined;

  constructor(
    private readonly folder: string,
    private readonly liveRestore: boolean,
  ) {
    this.socket = path.join(folder, "docker.sock");
    this.engine = openEngine(this.socket);
  }

  /** Resolves once it answers. */
  async start(): Promise<void> {
    fs.mkdirSync(this.folder, { recursive: true });
    fs.writeFileSync(path.join(this.folder, "daemon.json"), "{}");
    const log = fs.openSync(path.join(this.folder, "log"), "a");
    const at = (name: string) => path.join(this.folder, name);
    const daemon = spawn(
      "unshare",
      [
        ...["--net", "--", "dockerd", "--config-file", at("daemon.json"), "--host", `unix://${this.socket}`, "--data-root", at("data")],
        ...["--exec-root", at("exec"), "--pidfile", at("pid"), "--bridge", "none", "--iptables=false", "--ip6tables=false"],
        ...(this.liveRestore ? ["--live-restore"] : ["--shutdown-timeout", "1"]),
      ],
      { stdio: ["ignore", log, log] },
    );
    fs.closeSync(log);
    this.daemon = daemon;
    while ((await this.engine.ping().catch(() => undefined)) === undefined) {
      if (daemon.exitCode !== null || daemon.signalCode !== null)
        throw new Error(`The engine did not start: ${fs.readFileSync(at("log"), "utf8").slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** In good order (SIGTERM) or as a crash (SIGKILL), which takes the containerd below it along. */
  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { daemon } = this;
    this.daemon = undefined;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const pidFile = path.join(this.folder, "exec", "containerd", "containerd.pid");
    const below = Number(fs.readFileSync(pidFile, "utf8"));
    const ended = once(daemon, "exit");
    daemon.kill(signal);
    await ended;
    // An engine that starts beside one that is dying would rely on it.
    while (isAlive(below)) await new Promise((resolve) => setTimeout(resolve, 20));
    fs.rmSync(pidFile, { force: true });
  }

  async remove(): Promise<void> {
    const left = await this.engine.listContainers({ all: true }).catch(() => []);
    await Promise.all(
      left.map(({ Id }) =>
        this.engine
          .getContainer(Id)
          .remove({ force: true })
          .catch(() => undefined),
      ),
    );
    await this.stop("SIGTERM");
    // What a crash left mounted.
    for (const line of fs.readFileSync("/proc/mounts", "utf8").split("\n").reverse()) {
      const place = line.split(" ")[1];
      if (place?.startsWith(`${this.folder}/`)) spawnSync("umount", ["-l", place]);
    }
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that nobody has buried yet is dead.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/bin"];
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}
