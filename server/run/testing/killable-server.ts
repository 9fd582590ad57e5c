/** A server in a process of its own (server-process.ts), to be stopped, frozen and killed. */
import { spawn, type ChildProcess } from "node:child_process";
import readline from "node:readline";

export interface ServerProcessOptions {
  readonly databaseUrl: string;
  readonly home: string;
  readonly executor?: "process" | "docker";
  readonly leaseSeconds?: number;
}

type Word =
  | { type: "ready" }
  | { type: "accepted"; result: { ok: true; id: string } }
  | { type: "changed"; runId: string; seq: number; ended: boolean };

export class ServerProcess {
  private readonly words: Word[] = [];
  private wake: () => void = () => undefined;
  private readonly child: ChildProcess;
  readonly exit: Promise<void>;
  errors = "";

  constructor({ databaseUrl, home, executor = "process", leaseSeconds = 30 }: ServerProcessOptions) {
    this.child = spawn(process.execPath, ["--import", "tsx", "server/run/testing/server-process.ts"], {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        HEDDLE_HOME: home,
        HEDDLE_TEST_EXECUTOR: executor,
        HEDDLE_TEST_LEASE: String(leaseSeconds),
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.exit = new Promise((resolve) => this.child.once("exit", () => (this.wake(), resolve())));
    this.child.stderr!.on("data", (data: Buffer) => {
      this.errors += data.toString();
      this.wake();
    });
    readline.createInterface({ input: this.child.stdout! }).on("line", (line) => {
      this.words.push(JSON.parse(line) as Word);
      this.wake();
    });
  }

  send(order: object): void {
    this.child.stdin!.write(`${JSON.stringify(order)}\n`);
  }

  async hear<T extends Word["type"]>(
    type: T,
    test: (word: Extract<Word, { type: T }>) => boolean = () => true,
  ): Promise<Extract<Word, { type: T }>> {
    for (;;) {
      const index = this.words.findIndex((word) => word.type === type && test(word as Extract<Word, { type: T }>));
      if (index >= 0) return this.words.splice(index, 1)[0] as Extract<Word, { type: T }>;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`The server ended: ${this.errors}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Resolves once its standard error holds these words. */
  async complains(words: string): Promise<void> {
    while (!this.errors.includes(words)) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exit;
  }

  async close(): Promise<void> {
    this.send({ type: "close" });
    await this.exit;
  }
}
