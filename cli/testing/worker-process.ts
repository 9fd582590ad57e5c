/** `heddle worker` as a process of its own, to be drained, frozen and killed. */
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export interface WorkerProcessOptions {
  readonly server: string;
  readonly token: string;
  readonly home?: string;
  readonly pools?: readonly string[];
  readonly name?: string;
  readonly args?: readonly string[];
  readonly executor?: "process" | "docker";
}

export class WorkerProcess {
  readonly home: string;
  output = "";
  private readonly child: ChildProcess;
  private waiting: (() => void)[] = [];
  readonly exit: Promise<number | undefined>;

  constructor({ server, token, home, pools = ["far"], name = "rig", args = [], executor = "process" }: WorkerProcessOptions) {
    this.home = home ?? fs.mkdtempSync(path.join(os.tmpdir(), "heddle-worker-"));
    this.child = spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        "cli/testing/run-worker.ts",
        "worker",
        "--server",
        server,
        "--home",
        this.home,
        "--name",
        name,
        "--executor",
        executor,
        ...pools.flatMap((pool) => ["--pool", pool]),
        ...args,
      ],
      { env: { ...process.env, HEDDLE_TOKEN: token }, stdio: ["ignore", "ignore", "pipe"] },
    );
    this.child.stderr!.on("data", (data: Buffer) => {
      this.output += data.toString();
      if (process.env.DEBUG) process.stderr.write(data);
      this.wake();
    });
    this.exit = new Promise((resolve) =>
      this.child.once("close", (code) => {
        resolve(code ?? undefined);
        this.wake();
      }),
    );
  }

  /** Resolves once its output holds these words. */
  async says(words: string): Promise<void> {
    while (!this.output.includes(words)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`The worker ended:\n${this.output}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  connected(): Promise<void> {
    return this.says("Connected to");
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill("SIGCONT");
    this.child.kill("SIGKILL");
    await this.exit;
  }

  async remove(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGCONT");
      this.child.kill("SIGINT");
      // Two at once would be one.
      await this.says("Once more leaves at once").catch(() => undefined);
      this.child.kill("SIGINT");
      const patience = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
      await this.exit;
      clearTimeout(patience);
    }
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  private wake(): void {
    for (const go of this.waiting.splice(0)) go();
  }
}
