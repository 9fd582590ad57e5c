/** One `tsc --lsp` and the words it is spoken to with: JSON-RPC with a length before each message. */
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** What the checker is asked to do beyond its defaults. */
const preferences = {
  suggest: { autoImports: true },
  preferences: { includePackageJsonAutoImports: "on", importModuleSpecifier: "non-relative", quoteStyle: "double" },
  inlayHints: {
    variableTypes: { enabled: true },
    parameterTypes: { enabled: true },
    functionLikeReturnTypes: { enabled: true },
    parameterNames: { enabled: "literals" },
  },
};

const capabilities = {
  general: { positionEncodings: ["utf-16"] },
  workspace: { configuration: true, didChangeWatchedFiles: { dynamicRegistration: true } },
  textDocument: {
    synchronization: {},
    completion: {
      completionItem: {
        documentationFormat: ["markdown"],
        deprecatedSupport: true,
        labelDetailsSupport: true,
        resolveSupport: { properties: ["documentation", "detail", "additionalTextEdits"] },
      },
      contextSupport: true,
    },
    hover: { contentFormat: ["markdown"] },
    signatureHelp: {
      signatureInformation: {
        documentationFormat: ["markdown"],
        parameterInformation: { labelOffsetSupport: true },
        activeParameterSupport: true,
      },
    },
    definition: {},
    references: {},
    rename: { prepareSupport: true },
    diagnostic: {},
    inlayHint: {},
  },
};

export class LanguageProcess {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, Waiting>();
  private counter = 0;
  private chunks: Buffer[] = [];
  private held = 0;
  private wanted = 0;
  private ended = false;
  /** Resolves when it is gone, with what it said last. */
  readonly exited: Promise<string>;

  constructor(executable: string, cwd: string, memoryLimit: number) {
    this.child = spawn(executable, ["--lsp", "--stdio"], {
      cwd,
      stdio: ["pipe", "pipe", "pipe"],
      // Nothing of ours: it needs no secret, and the garbage collector should know where the end is.
      env: {
        PATH: process.env.PATH ?? "",
        HOME: cwd,
        TMPDIR: process.env.TMPDIR ?? "",
        GOMEMLIMIT: `${Math.floor((memoryLimit * 3) / 4)}`,
      } as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv,
    });
    let said = "";
    this.child.stderr!.on("data", (data: Buffer) => (said = (said + data.toString()).slice(-2000)));
    this.child.stdout!.on("data", (data: Buffer) => this.read(data));
    this.child.stdin!.on("error", () => undefined);
    this.exited = new Promise((resolve) => {
      const end = (why: string) => {
        this.ended = true;
        for (const { reject } of this.waiting.values()) reject(new ProcessGone());
        this.waiting.clear();
        resolve(why);
      };
      this.child.once("error", (error) => end(error.message));
      this.child.once("exit", (code, signal) => end(said.trim() || `it ended with ${signal ?? `code ${code}`}`));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  async initialize(): Promise<void> {
    await this.request("initialize", { processId: process.pid, rootUri: null, capabilities, initializationOptions: {} });
    this.notify("initialized", {});
  }

  request<T>(method: string, params: unknown): Promise<T> {
    if (this.ended) return Promise.reject(new ProcessGone());
    const id = ++this.counter;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: (result) => resolve(result as T), reject });
      this.write({ id, method, params });
    });
  }

  notify(method: string, params: unknown): void {
    if (!this.ended) this.write({ method, params });
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  /** Bytes of memory it holds; undefined where the system does not say. */
  memory(): number | undefined {
    try {
      const status = fs.readFileSync(`/proc/${this.child.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024 || undefined;
    } catch {
      return undefined;
    }
  }

  private write(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.child.stdin!.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.child.stdin!.write(body);
  }

  private read(data: Buffer): void {
    this.chunks.push(data);
    this.held += data.length;
    // Long answers come in many pieces: they are put together once.
    while (this.held > 0 && this.held >= this.wanted) {
      const all = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      this.chunks = [all];
      const head = all.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(all.toString("latin1", 0, head))?.[1]);
      const end = head + 4 + length;
      if (all.length < end) {
        this.wanted = end;
        return;
      }
      this.wanted = 0;
      const rest = all.subarray(end);
      this.chunks = rest.length > 0 ? [rest] : [];
      this.held = rest.length;
      this.hear(JSON.parse(all.toString("utf8", head + 4, end)) as Message);
    }
  }

  private hear({ id, method, params, result, error }: Message): void {
    if (method !== undefined) {
      // Of all it asks, only its settings have an answer; what it tells is its log.
      if (id !== undefined) {
        const items = params?.items ?? [];
        this.write({ id, result: method === "workspace/configuration" ? items.map(() => preferences) : null });
      }
      return;
    }
    const waiting = this.waiting.get(Number(id));
    this.waiting.delete(Number(id));
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }
}

/** The process ended before it answered. */
export class ProcessGone extends Error {
  constructor() {
    super("The language server ended before it answered.");
    this.name = "ProcessGone";
  }
}
