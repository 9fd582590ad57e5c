/** The server's end of the socket to one harness: frames in and out, every word checked against its schema. */
import { connect, type Socket } from "node:net";
import { encodeFrame, FrameReader } from "@/pipelines/protocol/frame";
import { harnessMessageSchema, type HarnessMessage, type ServerMessage } from "@/pipelines/protocol/messages";
import { protocolVersion } from "@/pipelines/protocol/version";

export interface Lease {
  readonly leaseMs: number;
  /** How long attempts go on after the last renewal and the lease: the time a server has to come back. */
  readonly graceMs: number;
}

export interface ConnectionListener {
  message(message: HarnessMessage): void;
  /** A word that does not fit the protocol, about the named attempt if it names one. */
  malformed(attempt: string | undefined, problem: string): void;
  closed(): void;
}

export type Ready = Extract<HarnessMessage, { type: "ready" }>;

export class HarnessConnection {
  private readonly reader = new FrameReader();
  private queued: Uint8Array[] = [];
  private lease: NodeJS.Timeout | undefined;
  private ready: ((ready: Ready) => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly listener: ConnectionListener,
  ) {
    socket.on("data", (chunk: Buffer) => this.hear(chunk));
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearInterval(this.lease);
      listener.closed();
    });
  }

  /** Resolves once the harness said that it is ready; rejects when nobody listens there. */
  static async open(path: string, lease: Lease, listener: ConnectionListener): Promise<{ connection: HarnessConnection; ready: Ready }> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const connection = new HarnessConnection(socket, listener);
    const ready = await new Promise<Ready>((resolve, reject) => {
      connection.ready = resolve;
      socket.once("close", () => reject(new Error("The harness closed its socket.")));
      connection.send({ type: "hello", version: protocolVersion, ...lease });
    });
    if (ready.version !== protocolVersion) {
      socket.destroy();
      throw new Error(`The harness speaks protocol ${ready.version}, this server ${protocolVersion}.`);
    }
    connection.lease = setInterval(() => connection.send({ type: "renew-lease" }), lease.leaseMs / 3);
    connection.lease.unref();
    return { connection, ready };
  }

  /** Messages of one turn of the event loop leave in one write: each write wakes the other side. */
  send(message: ServerMessage): void {
    if (this.queued.length === 0) {
      setImmediate(() => {
        const bytes = this.queued.length === 1 ? this.queued[0]! : Buffer.concat(this.queued);
        this.queued = [];
        if (!this.socket.destroyed) this.socket.write(bytes);
      });
    }
    this.queued.push(encodeFrame(message));
  }

  close(): void {
    this.socket.destroy();
  }

  private hear(chunk: Buffer): void {
    let frames;
    try {
      frames = this.reader.push(chunk);
    } catch (error) {
      this.listener.malformed(undefined, String(error));
      this.socket.destroy();
      return;
    }
    for (const { header } of frames) {
      const parsed = harnessMessageSchema.safeParse(header);
      if (!parsed.success) {
        const attempt = (header as { attempt?: unknown } | null)?.attempt;
        this.listener.malformed(typeof attempt === "string" ? attempt : undefined, parsed.error.message);
      } else if (parsed.data.type === "ready") this.ready?.(parsed.data);
      else this.listener.message(parsed.data);
    }
  }
}
