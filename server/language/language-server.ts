/**
 * Types while one writes: one `tsc --lsp` for all notebooks that are open on this server, started with the first and stopped
 * after the last. Each page's notebook is a session with a folder of its own (language-session.ts); this file keeps the
 * process alive and small. Neighbours: language-process.ts (the process), entry/handle-upgrade.ts (who may come in).
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { WebSocket } from "ws";
import { pageMessageSchema, type PageMessage, type ServerMessage } from "@/pipelines/language/messages";
import { preludeText } from "@/pipelines/language/travel-check";
import { errorFields, log } from "../log";
import type { Caller } from "../trpc";
import { findCompiler, type Compiler } from "./find-compiler";
import { LanguageProcess, ProcessGone } from "./language-process";
import { LanguageSession } from "./language-session";
import { Scrubber } from "./scrub-paths";

export interface LanguageServerOptions {
  readonly packageDir: string;
  /** Emptied at the start; nobody else writes there. */
  readonly folder: string;
  readonly packages: readonly string[];
  /** Whether a caller may see a notebook. */
  readonly mayRead: (caller: Caller, notebookId: string) => Promise<boolean>;
  /** Packages of a notebook's own; undefined: those that every notebook has. */
  readonly environmentOf?: (caller: Caller, notebookId: string) => Promise<SessionEnvironment | undefined>;
  readonly compiler?: Compiler | undefined;
  readonly idleMs?: number;
  readonly memoryLimit?: number;
}

interface SessionEnvironment {
  readonly folder: string;
  readonly packages: readonly string[];
}

interface OpenSession {
  readonly socket: WebSocket;
  readonly caller: Caller;
  readonly notebookId: string;
  /** Undefined: the base. */
  readonly environment: SessionEnvironment | undefined;
  heard: number;
}

const mostSessions = 100;
const mostOfOneUser = 12;
const sweepMs = 15_000;

export class LanguageServer {
  private readonly compiler: Compiler | undefined;
  private readonly sessions = new Map<LanguageSession, OpenSession>();
  private readonly folder: string;
  private readonly sdk: string;
  private readonly types: string;
  private environment: string | undefined;
  private process: LanguageProcess | undefined;
  private starting: Promise<LanguageProcess> | undefined;
  private crashes: number[] = [];
  private lastUse = Date.now();
  private counter = 0;
  private closed = false;
  private readonly sweeper: NodeJS.Timeout;

  constructor(private readonly options: LanguageServerOptions) {
    this.compiler = options.compiler ?? findCompiler(options.packageDir);
    fs.rmSync(options.folder, { recursive: true, force: true });
    this.folder = chooseFolder(options.folder);
    this.sdk = fs.readFileSync(path.join(options.packageDir, "pipelines", "sdk", "heddle.ts"), "utf8");
    this.types = path.join(options.packageDir, "node_modules", "@types");
    this.sweeper = setInterval(() => this.sweep(), sweepMs);
    this.sweeper.unref();
  }

  /** The packages of cells are installed: cells can be checked against them. */
  useEnvironment(folder: string): void {
    if (this.environment === folder) return;
    this.environment = folder;
    for (const [session, { environment }] of this.sessions) if (!environment) session.linkEnvironment(folder);
    // It has learnt that there are no packages; a new one looks again.
    this.process?.kill();
  }

  /** Notebooks whose packages are others now are opened anew by their pages. */
  environmentsChanged(workspaceId: string): void {
    for (const entry of this.sessions.values()) {
      if (entry.caller.workspaceId !== workspaceId) continue;
      this.findEnvironment(entry.caller, entry.notebookId)
        .then((environment) => {
          if (environment?.folder !== entry.environment?.folder) entry.socket.close(1012, "other packages");
        })
        .catch((error: unknown) => log("warn", "the packages of a notebook are not known to its types", errorFields(error)));
    }
  }

  private async findEnvironment(caller: Caller, notebookId: string): Promise<SessionEnvironment | undefined> {
    return this.options.environmentOf?.(caller, notebookId);
  }

  /** A socket that was let in. */
  accept(socket: WebSocket, caller: Caller): void {
    const mine = [...this.sessions.values()].filter((each) => each.caller.userId === caller.userId).length;
    if (this.closed || this.sessions.size >= mostSessions || mine >= mostOfOneUser) {
      socket.close(4429, "Too many notebooks are open.");
      return;
    }
    let session: LanguageSession | undefined;
    let opening = false;
    const queue: PageMessage[] = [];
    const hear = (message: PageMessage) => {
      if (message.type === "open") throw new TypeError("A socket serves one notebook.");
      if (!session) {
        if (queue.length > 100) throw new TypeError("Too much at once.");
        queue.push(message);
      } else if (message.type === "sync") session.sync(message);
      else session.ask(message.id, message.question);
    };
    const open = async (notebookId: string) => {
      if (!(await this.options.mayRead(caller, notebookId))) {
        socket.close(4404, "There is no such notebook here.");
        return;
      }
      if (socket.readyState !== socket.OPEN) return;
      const send = (message: ServerMessage) => {
        if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
      };
      if (!this.compiler) {
        send({ type: "state", state: "unavailable", message: noCompiler() });
        return;
      }
      const environment = await this.findEnvironment(caller, notebookId);
      if (socket.readyState !== socket.OPEN) return;
      session = this.openSession(send, environment);
      this.sessions.set(session, { socket, caller, notebookId, environment, heard: Date.now() });
      for (const message of queue.splice(0)) hear(message);
      await this.getProcess().catch(() => undefined);
    };
    socket.on("message", (data: Buffer, isBinary) => {
      try {
        if (isBinary) throw new TypeError("Text only.");
        const message = pageMessageSchema.parse(JSON.parse(data.toString("utf8")));
        const entry = session && this.sessions.get(session);
        if (entry) entry.heard = Date.now();
        if (message.type !== "open" || opening) return hear(message);
        opening = true;
        open(message.notebook).catch((error: unknown) => {
          log("error", "a notebook could not be opened for the language server", errorFields(error));
          socket.close(1011, "It could not be opened.");
        });
      } catch {
        socket.close(1008, "That was not understood.");
      }
    });
    socket.once("close", () => {
      if (!session) return;
      this.sessions.delete(session);
      session.close();
      this.lastUse = Date.now();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.sweeper);
    for (const [session, { socket }] of this.sessions) {
      socket.close(1012, "restarting");
      session.close();
    }
    this.sessions.clear();
    const running = this.process;
    running?.kill();
    await running?.exited;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** For tests: what runs now. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  private openSession(send: (message: ServerMessage) => void, environment: SessionEnvironment | undefined): LanguageSession {
    const root = path.join(this.folder, `s${++this.counter}`);
    const session: LanguageSession = new LanguageSession({
      root,
      sdk: this.sdk,
      prelude: preludeText,
      types: this.types,
      packages: environment?.packages ?? this.options.packages,
      send,
      process: () => this.getProcess(),
      scrubber: () =>
        new Scrubber({
          root,
          environment: environment?.folder ?? this.environment,
          libraries: this.compiler!.libraries,
          types: this.types,
          secret: [this.folder, this.options.packageDir, os.homedir()],
        }),
    });
    const folder = environment?.folder ?? this.environment;
    if (folder !== undefined) session.linkEnvironment(folder);
    if (this.process) session.begin(this.process);
    return session;
  }

  private getProcess(): Promise<LanguageProcess> {
    if (this.process) return Promise.resolve(this.process);
    this.lastUse = Date.now();
    return (this.starting ??= this.start().finally(() => (this.starting = undefined)));
  }

  private async start(): Promise<LanguageProcess> {
    if (this.closed || !this.compiler) throw new ProcessGone();
    const made = new LanguageProcess(this.compiler.executable, this.folder, this.options.memoryLimit ?? defaultMemoryLimit);
    void made.exited.then((why) => this.processEnded(made, why));
    await made.initialize();
    if (this.closed) {
      made.kill();
      throw new ProcessGone();
    }
    this.process = made;
    for (const session of this.sessions.keys()) session.begin(made);
    return made;
  }

  /** Whoever still has a notebook open gets a new process, sooner or later as it keeps on dying. */
  private processEnded(ended: LanguageProcess, why: string): void {
    if (this.process === ended) this.process = undefined;
    if (this.closed || this.sessions.size === 0) return;
    const now = Date.now();
    this.crashes = [...this.crashes.filter((at) => now - at < 120_000), now];
    const delay = this.crashes.length === 1 ? 0 : Math.min(30_000, 250 * 2 ** this.crashes.length);
    log("warn", "the language server ended and is started again", { why, delayMs: delay });
    for (const session of this.sessions.keys()) session.pause();
    setTimeout(() => {
      if (!this.closed && this.sessions.size > 0) this.getProcess().catch(() => undefined);
    }, delay).unref();
  }

  private sweep(): void {
    const now = Date.now();
    const idleMs = this.options.idleMs ?? 15 * 60_000;
    // The page opens it again when someone goes on writing.
    for (const { socket, heard } of this.sessions.values()) if (now - heard > idleMs) socket.close(4408, "idle");
    const held = this.process?.memory();
    const limit = this.options.memoryLimit ?? defaultMemoryLimit;
    if (held !== undefined && held > limit) {
      log("warn", "the language server holds too much memory and is started again", { bytes: held, limit });
      this.process?.kill();
    } else if (this.process && this.sessions.size === 0 && now - this.lastUse > 5 * 60_000) this.process.kill();
  }
}

const defaultMemoryLimit = Math.min(2 * 1024 ** 3, Math.max(512 * 1024 ** 2, Math.floor(os.totalmem() / 8)));

function noCompiler(): string {
  return `Types are not checked: TypeScript 7 has no package for this server's machine (${process.platform} ${process.arch}). Everything else works.`;
}

/**
 * The checker looks for packages in every folder above a notebook's own: one of those must not hold any. The home of a
 * person may; the system's folder for temporary files does not.
 */
function chooseFolder(wanted: string): string {
  const make = (folder: string) => {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return fs.realpathSync(folder);
  };
  const isClean = (folder: string): boolean => {
    const parent = path.dirname(folder);
    return !fs.existsSync(path.join(folder, "node_modules")) && (parent === folder || isClean(parent));
  };
  const first = make(wanted);
  return isClean(first) ? first : fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "heddle-language-")));
}
