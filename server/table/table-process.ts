/**
 * The process that reads tables (runner/table): one for all, started with the first question and stopped when nobody asks
 * any more. A question that takes too long, or that its memory cannot hold, ends it; the next one starts another.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { log } from "../log";
import type { TableAnswer, TableReply, TableRequest } from "@/pipelines/protocol/table";

export interface TableProcessOptions {
  /** dist/runner/table.cjs. */
  readonly program: string;
  /** All that it may read. */
  readonly folders: readonly string[];
  readonly questionMs?: number;
  readonly idleMs?: number;
  readonly heapMegabytes?: number;
}

interface Waiting {
  readonly resolve: (answer: TableAnswer) => void;
  readonly timer: NodeJS.Timeout;
}

export class TableProcess {
  private child: ChildProcess | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private counter = 0;
  private idle: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: TableProcessOptions) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  ask(request: Omit<TableRequest, "id">): Promise<TableAnswer> {
    if (this.closed) return Promise.resolve(refused("The server is stopping."));
    clearTimeout(this.idle);
    const child = (this.child ??= this.start());
    const id = ++this.counter;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.end(child, "It took too long to read. A SQL cell can look into it in a task of its own.");
      }, this.options.questionMs ?? 60_000);
      this.waiting.set(id, { resolve, timer });
      child.send({ id, ...request } satisfies TableRequest, (error) => {
        if (error) this.end(child, "The process that reads tables has ended. Try again.");
      });
    });
  }

  close(): void {
    this.closed = true;
    if (this.child) this.end(this.child, "The server is stopping.");
  }

  private start(): ChildProcess {
    const { program, folders, heapMegabytes = 2048 } = this.options;
    const child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${heapMegabytes}`,
        "--no-warnings",
        // From Node's side of the wall: no file but these, no process, no thread, no native module.
        "--experimental-permission",
        `--allow-fs-read=${program}`,
        // Each once: Node falls over one that is named twice.
        ...[...new Set(folders)].map((path) => `--allow-fs-read=${path}/*`),
        program,
      ],
      // Nothing of ours: it needs no variable.
      { stdio: ["ignore", "ignore", "pipe", "ipc"], env: {} as NodeJS.ProcessEnv },
    );
    let said = "";
    child.stderr!.on("data", (data: Buffer) => (said = (said + data.toString()).slice(-4000)));
    child.on("message", (reply: TableReply) => {
      const waiting = this.waiting.get(reply.id);
      if (!waiting) return;
      clearTimeout(waiting.timer);
      this.waiting.delete(reply.id);
      waiting.resolve(reply.answer);
      if (this.waiting.size === 0) this.rest();
    });
    const gone = () => {
      if (this.child === child) log("warn", "the process that reads tables has ended", { said: said.slice(0, 500) });
      const isMemory = /heap out of memory|Array buffer allocation failed/.test(said);
      this.end(
        child,
        isMemory
          ? "It is too large to be read as a table here. A SQL cell can look into it."
          : "The process that reads tables has ended. Try again.",
      );
    };
    child.once("error", gone);
    child.once("exit", gone);
    return child;
  }

  /** An idle process holds memory for nothing. */
  private rest(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.child && this.end(this.child, ""), this.options.idleMs ?? 120_000).unref();
  }

  private end(child: ChildProcess, message: string): void {
    child.kill("SIGKILL");
    if (this.child !== child) return;
    this.child = undefined;
    for (const { resolve, timer } of this.waiting.values()) {
      clearTimeout(timer);
      resolve(refused(message));
    }
    this.waiting.clear();
  }
}

function refused(message: string): TableAnswer {
  return { type: "refused", reason: "unreadable", message };
}
