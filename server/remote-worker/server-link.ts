/** A worker's WebSocket to its server: says hello, beats, connects again whenever it is cut. Neighbour: worker.ts. */
import { WebSocket } from "ws";
import {
  workerClose,
  workerOrderSchema,
  type WorkerHello,
  type WorkerLoad,
  type WorkerMessage,
  type WorkerOrder,
} from "@/pipelines/protocol/worker";

export type LinkEnd =
  | { readonly type: "refused"; readonly message: string }
  | { readonly type: "version" | "environment" | "replaced" | "removed"; readonly message: string };

export interface LinkListener {
  hello(): WorkerHello;
  load(): WorkerLoad;
  order(order: WorkerOrder): void;
  /** Cut: orders come again after the next welcome. */
  cut(why: string): void;
  /** The server has answered a beat that was sent at this time, and holds these attempts. */
  heard(sentAt: number, attempts: readonly string[]): void;
  /** There is no use in connecting again. */
  end(end: LinkEnd): void;
}

const firstWaitMs = 200;
const mostWaitMs = 2_000;
const openMs = 10_000;

export class ServerLink {
  /** When the last word that was answered had been sent: what the server's trust counts from, at the earliest. */
  provenAt = 0;
  private socket: WebSocket | undefined;
  private welcomed = false;
  private wait = firstWaitMs;
  private closed = false;
  private retry: NodeJS.Timeout | undefined;
  private beat: NodeJS.Timeout | undefined;
  private beats = new Map<number, number>();
  private beatCount = 0;

  constructor(
    private readonly address: URL,
    private readonly token: string,
    private readonly leaseMs: number,
    private readonly listener: LinkListener,
  ) {}

  get isOpen(): boolean {
    return this.welcomed;
  }

  open(): void {
    const url = new URL("/api/worker", this.address);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${this.token}` },
      perMessageDeflate: false,
      handshakeTimeout: openMs,
      maxPayload: 1024 ** 3,
    });
    this.socket = socket;
    const openedAt = performance.now();
    let fault = "";
    socket.on("error", (error) => (fault ||= error.message));
    socket.once("unexpected-response", (_request, response) => {
      const { statusCode = 0 } = response;
      fault = `The server answered ${statusCode}.`;
      if (statusCode === 401 || statusCode === 403) {
        this.finish({ type: "refused", message: "The server refuses this token: it was revoked, has ended, or is none for workers." });
      }
      socket.terminate();
    });
    socket.once("open", () => socket.send(JSON.stringify(this.listener.hello())));
    socket.on("message", (data) => {
      if (this.socket !== socket) return;
      const order = parse(data as Buffer);
      if (!order) return socket.close(1008, "no order of Heddle");
      if (order.type === "welcome") {
        this.welcomed = true;
        this.wait = firstWaitMs;
        this.provenAt = openedAt;
        this.startBeating();
      }
      if (order.type === "beat") return this.answered(order.n, order.attempts);
      this.listener.order(order);
    });
    socket.once("close", (code, reason) => this.onClose(socket, code, reason.toString() || fault));
  }

  send(message: WorkerMessage): void {
    if (this.welcomed && this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  /** Resolves when what was sent has left. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    clearInterval(this.beat);
    const { socket } = this;
    if (!socket || socket.readyState >= 2) return;
    await new Promise<void>((resolve) => {
      const patience = setTimeout(() => socket.terminate(), 2_000);
      socket.once("close", () => {
        clearTimeout(patience);
        resolve();
      });
      socket.close(1000, "bye");
    });
  }

  private startBeating(): void {
    clearInterval(this.beat);
    this.beats.clear();
    const say = () => {
      const n = this.beatCount++;
      this.beats.set(n, performance.now());
      // Half open: what was sent long ago and never answered.
      const oldest = this.beats.values().next().value!;
      if (performance.now() - oldest > this.leaseMs / 2) return this.socket?.terminate();
      this.send({ type: "beat", n, load: this.listener.load() });
    };
    this.beat = setInterval(say, this.leaseMs / 6);
    say();
  }

  private answered(n: number, attempts: readonly string[]): void {
    const sentAt = this.beats.get(n);
    if (sentAt === undefined) return;
    for (const each of this.beats.keys()) if (each <= n) this.beats.delete(each);
    this.provenAt = Math.max(this.provenAt, sentAt);
    this.listener.heard(sentAt, attempts);
  }

  private onClose(socket: WebSocket, code: number, why: string): void {
    if (this.socket !== socket || this.closed) return;
    this.welcomed = false;
    clearInterval(this.beat);
    this.listener.cut(why || `code ${code}`);
    switch (code) {
      case workerClose.signedOut:
        return this.finish({ type: "refused", message: "The token was revoked or has ended." });
      case workerClose.version:
        return this.finish({ type: "version", message: `${why} Update the older of the two.` });
      case workerClose.environment:
        return this.finish({ type: "environment", message: `${why} Start the worker again: it installs the server's then.` });
      case workerClose.replaced:
        return this.finish({
          type: "replaced",
          message: "Another process with the same home took over. Give each worker a --home of its own.",
        });
      case workerClose.removed:
        return this.finish({ type: "removed", message: "This worker was removed on the server." });
      case 1008:
        return this.finish({ type: "refused", message: why });
    }
    this.retry = setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(mostWaitMs, this.wait * 2);
  }

  private finish(end: LinkEnd): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.retry);
    this.listener.end(end);
  }
}

function parse(data: Buffer): WorkerOrder | undefined {
  try {
    return workerOrderSchema.safeParse(JSON.parse(data.toString())).data;
  } catch {
    return undefined;
  }
}
