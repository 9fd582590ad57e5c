/** A server in a process of its own (server-process.ts), to be stopped, frozen and killed. */
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { buildSync } from "esbuild";
import type { FaultAction } from "./faults/failpoints";

export interface ServerProcessOptions {
  readonly databaseUrl: string;
  readonly home: string;
  readonly executor?: "process" | "docker";
  readonly leaseSeconds?: number;
  /** These points go wrong once each, in this way (faults/failpoints.ts). */
  readonly failpoints?: readonly { readonly points: readonly string[]; readonly action: FaultAction }[];
  /** Folder that containers see as /heddle/witness. */
  readonly witness?: string;
  /** Milliseconds by which this process's clock is wrong. */
  readonly clockShift?: number;
}

type Word =
  | { type: "ready" }
  | { type: "accepted"; result: { ok: true; id: string } }
  | { type: "answered"; result: boolean }
  | { type: "killed"; point: string }
  | { type: "load"; load: { runs: number; attempts: number } }
  | { type: "changed"; runId: string; seq: number; ended: boolean };

let bundle: string | undefined;

/** Once per process: it starts in half the time that it would take from its sources. */
function bundled(): string {
  if (bundle !== undefined) return bundle;
  const outfile = path.join(process.cwd(), "dist", "testing", `server-process-${process.pid}.mjs`);
  buildSync({
    entryPoints: ["server/run/testing/server-process.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    sourcemap: "inline",
    outfile,
    logLevel: "error",
  });
  process.once("exit", () => fs.rmSync(outfile, { force: true }));
  return (bundle = outfile);
}

export class ServerProcess {
  private readonly words: Word[] = [];
  private readonly heard: Word[] = [];
  private waiting: (() => void)[] = [];
  private readonly child: ChildProcess;
  isOver = false;
  readonly exit: Promise<void>;
  errors = "";

  constructor({ databaseUrl, home, executor = "process", leaseSeconds = 30, failpoints, witness, clockShift = 0 }: ServerProcessOptions) {
    this.child = spawn(process.execPath, [bundled()], {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        HEDDLE_HOME: home,
        HEDDLE_TEST_EXECUTOR: executor,
        HEDDLE_TEST_LEASE: String(leaseSeconds),
        HEDDLE_TEST_FAILPOINTS: JSON.stringify(failpoints ?? []),
        HEDDLE_TEST_WITNESS: witness ?? "",
        HEDDLE_TEST_CLOCK: String(clockShift),
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    // Its end is heard of after its last words.
    this.exit = new Promise((resolve) => {
      this.child.once("close", () => {
        this.isOver = true;
        this.wake();
        resolve();
      });
    });
    this.child.stderr!.on("data", (data: Buffer) => {
      this.errors += data.toString();
      this.wake();
    });
    // Said to one that is dead already.
    this.child.stdin!.on("error", () => undefined);
    readline.createInterface({ input: this.child.stdout! }).on("line", (line) => {
      this.words.push(JSON.parse(line) as Word);
      this.heard.push(this.words.at(-1)!);
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
      if (this.isOver) throw new Error(`The server ended: ${this.errors}`);
      await this.next();
    }
  }

  /** Resolves once its standard error holds these words. */
  async complains(words: string): Promise<void> {
    while (!this.errors.includes(words)) {
      if (this.isOver) throw new Error(`The server ended: ${this.errors}`);
      await this.next();
    }
  }

  /** Whether it is gone, or what it says next of this kind. */
  async hearOrEnd<T extends Word["type"]>(type: T): Promise<Extract<Word, { type: T }> | undefined> {
    return this.hear(type).catch(() => undefined);
  }

  /** The last it said of this kind before its end. */
  async lastWord<T extends Word["type"]>(type: T): Promise<Extract<Word, { type: T }> | undefined> {
    await this.exit;
    return this.heard.findLast((word): word is Extract<Word, { type: T }> => word.type === type);
  }

  private next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private wake(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  get pid(): number {
    return this.child.pid!;
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
