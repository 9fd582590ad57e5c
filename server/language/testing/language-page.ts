/** A page that has a notebook open, over a real socket: what the editor says, and what it hears. */
import { WebSocket } from "ws";
import type { Answers, PageMessage, Question, ServerMessage, TypeDiagnostic } from "@/pipelines/language/messages";
import type { PortType } from "@/pipelines/language/travel-check";
import type { Cell } from "@/pipelines/notebook/notebook";

export class LanguagePage {
  readonly diagnostics = new Map<string, readonly TypeDiagnostic[]>();
  ports: readonly PortType[] = [];
  readonly states: Extract<ServerMessage, { type: "state" }>[] = [];
  /** Everything that came, as text. */
  heard = "";
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  private readonly answers = new Map<number, (message: Extract<ServerMessage, { type: "answer" }>) => void>();
  private readonly watchers = new Set<() => void>();
  private counter = 0;
  private version = 0;

  constructor(url: string, headers: Record<string, string>) {
    this.socket = new WebSocket(url, { headers });
    this.closed = new Promise((resolve) => this.socket.once("close", (code) => resolve(code)));
    this.socket.on("error", () => undefined);
    this.socket.on("message", (data: Buffer) => this.hear(data.toString()));
  }

  async open(notebook: string, cells: readonly Cell[]): Promise<void> {
    await new Promise((resolve) => this.socket.once("open", resolve));
    this.say({ type: "open", notebook });
    this.sync(cells, true);
  }

  sync(cells: readonly Cell[], all = false): void {
    this.say({
      type: "sync",
      version: ++this.version,
      cells: cells as never,
      ...(all && { order: cells.map(({ id }) => id) }),
    });
  }

  reorder(cells: readonly Cell[], order: readonly string[]): void {
    this.say({ type: "sync", version: ++this.version, cells: cells as never, order: [...order] });
  }

  async ask<W extends Question["what"]>(question: Extract<Question, { what: W }>): Promise<Answers[W]> {
    const id = ++this.counter;
    const answer = await new Promise<Extract<ServerMessage, { type: "answer" }>>((resolve) => {
      this.answers.set(id, resolve);
      this.say({ type: "ask", id, question });
    });
    if (answer.fault !== undefined) throw new Error(answer.fault);
    return answer.answer as Answers[W];
  }

  /** Resolves as soon as what was heard satisfies the test. */
  until<T>(test: () => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = test();
        if (found === undefined || found === false) return;
        this.watchers.delete(look);
        resolve(found);
      };
      this.watchers.add(look);
      look();
    });
  }

  messages(cell: string): readonly string[] {
    return (this.diagnostics.get(cell) ?? []).map(({ message }) => message);
  }

  close(): void {
    this.socket.close();
  }

  say(message: PageMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  private hear(text: string): void {
    this.heard += text;
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === "answer") this.answers.get(message.id)?.(message);
    else if (message.type === "diagnostics") for (const [id, list] of Object.entries(message.cells)) this.diagnostics.set(id, list);
    else if (message.type === "ports") this.ports = message.ports;
    else this.states.push(message);
    for (const look of [...this.watchers]) look();
  }
}

/** Where a marker `|` stands in a text, and the text without it. */
export function atMarker(source: string): { source: string; line: number; column: number } {
  const at = source.indexOf("|");
  const before = source.slice(0, at).split("\n");
  return { source: source.slice(0, at) + source.slice(at + 1), line: before.length, column: before.at(-1)!.length + 1 };
}
