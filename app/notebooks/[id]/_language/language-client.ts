/**
 * The page's line to the language server (server/language): keeps it told of the cells and asks it questions. Comes back by
 * itself after a cut, and says everything anew. Knows nothing of React or CodeMirror; use-language.ts holds it for the page.
 */
import type { Answers, Question, ServerMessage, TypeDiagnostic } from "@/pipelines/language/messages";
import type { PortType } from "@/pipelines/language/travel-check";
import type { Cell } from "@/pipelines/notebook/notebook";

export interface LanguageListener {
  readonly onState: (state: "connecting" | "ready" | "starting" | "unavailable", message?: string) => void;
  readonly onDiagnostics: (cells: Readonly<Record<string, readonly TypeDiagnostic[]>>) => void;
  readonly onPorts: (ports: readonly PortType[]) => void;
}

/** Closed for good: nobody to talk to, or nothing that is understood. */
const finalCodes = new Set([4404, 4429, 4401, 1008]);
const idleCode = 4408;
const patienceMs = 5_000;

export class LanguageClient {
  private socket: WebSocket | undefined;
  private cells: readonly Cell[] = [];
  /** What the server has, by id. */
  private readonly told = new Map<string, Cell>();
  private toldOrder = "";
  private version = 0;
  private counter = 0;
  private tries = 0;
  private isReady = false;
  private closed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly waiting = new Map<number, (answer: unknown) => void>();

  constructor(
    private readonly notebookId: string,
    private readonly listener: LanguageListener,
  ) {}

  /** What the cells are now. */
  setCells(cells: readonly Cell[]): void {
    this.cells = cells;
    if (this.socket) this.tell();
    else if (!this.timer) this.connect();
  }

  /** Undefined when there is no answer, or none in time. `source` is the text of the question's cell, newer than the cells. */
  async ask<W extends Question["what"]>(
    question: Extract<Question, { readonly what: W }>,
    source?: string,
  ): Promise<Answers[W] | undefined> {
    if (!this.isReady) {
      if (!this.socket && !this.timer) this.connect();
      return undefined;
    }
    this.tell("cell" in question && source !== undefined ? { id: question.cell, source } : undefined);
    const id = ++this.counter;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.waiting.get(id)?.(undefined), patienceMs);
      this.waiting.set(id, (answer) => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve(answer as Answers[W] | undefined);
      });
      this.send({ type: "ask", id, question });
    });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private connect(): void {
    if (this.closed) return;
    this.timer = undefined;
    this.listener.onState("connecting");
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/language`);
    this.socket = socket;
    socket.onopen = () => {
      this.told.clear();
      this.toldOrder = "";
      this.send({ type: "open", notebook: this.notebookId });
      this.tell();
    };
    socket.onmessage = ({ data }) => this.hear(JSON.parse(data as string) as ServerMessage);
    socket.onclose = ({ code }) => {
      this.socket = undefined;
      this.isReady = false;
      for (const answer of [...this.waiting.values()]) answer(undefined);
      if (this.closed || finalCodes.has(code)) return void (this.closed = true);
      // Nobody has written for long: the next letter opens it again.
      if (code === idleCode) return;
      this.listener.onState("connecting");
      this.tries += 1;
      this.timer = setTimeout(() => this.connect(), Math.min(15_000, 500 * 2 ** this.tries));
    };
  }

  /** Says what is new of the cells. */
  private tell(newer?: { readonly id: string; readonly source: string }): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const changed = this.cells.flatMap((cell) => {
      const before = this.told.get(cell.id);
      const source = newer?.id === cell.id ? newer.source : cell.source;
      if (before && before.source === source && (before === cell || isSameHead(before, cell))) return [];
      return [{ ...cell, source }];
    });
    const ids = this.cells.map(({ id }) => id);
    const order = ids.join("\n");
    if (changed.length === 0 && order === this.toldOrder) return;
    this.version += 1;
    for (const cell of changed) this.told.set(cell.id, cell);
    const moved = order !== this.toldOrder;
    this.toldOrder = order;
    this.send({ type: "sync", version: this.version, cells: changed, ...(moved && { order: ids }) });
  }

  private hear(message: ServerMessage): void {
    switch (message.type) {
      case "state":
        this.isReady = message.state === "ready";
        if (this.isReady) this.tries = 0;
        this.listener.onState(message.state, message.message);
        return;
      case "answer":
        this.waiting.get(message.id)?.(message.answer);
        return;
      case "diagnostics":
        // Of an older text too: the server does not say again what stays the same.
        this.listener.onDiagnostics(message.cells);
        return;
      case "ports":
        this.listener.onPorts(message.ports);
        return;
      default:
        message satisfies never;
    }
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

function isSameHead(a: Cell, b: Cell): boolean {
  return a.kind === b.kind && a.title === b.title && a.options === b.options;
}
