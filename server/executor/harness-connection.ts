/** The server's end of the socket to one harness: frames in and out, every word checked against its schema. */
import { connect, type Socket } from "node:net";
import { encodeFrame, FrameReader } from "@/pipelines/protocol/frame";
import { harnessMessageSchema, type HarnessMessage, type ServerMessage } from "@/pipelines/protocol/messages";
import { protocolVersion } from "@/pipelines/protocol/version";

export interface Lease {
  readonly leaseMs: number;
  /** How long attempts go on after the last renewal and the lease: the time a server has to come back. */
  readonly graceMs: number;
  /** Instead of both, once somebody has said so: the moment, on the monotonic clock, at which attempts end. */
  until?(): number | undefined;
}

/** A harness that says nothing at all for so long is stuck. */
const mostSilenceMs = 15_000;

export interface ConnectionListener {
  message(message: HarnessMessage): void;
  /** A word that does not fit the protocol, about the named attempt if it names one. */
  malformed(attempt: string | undefined, problem: string): void;
  closed(): void;
}

export type Ready = Extract<HarnessMessage, { type: "ready" }>;

export class HarnessConnection {
  private readonly reader = new FrameReader();
  private heardAt = performance.now();
  private queued: Uint8Array[] = [];
  private beat: NodeJS.Timeout | undefined;
  private ready: ((ready: Ready) => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly listener: ConnectionListener,
    private readonly lease: Lease,
  ) {
    socket.on("data", (chunk: Buffer) => this.hear(chunk));
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearInterval(this.beat);
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
    const connection = new HarnessConnection(socket, listener, lease);
    const ready = await new Promise<Ready>((resolve, reject) => {
      connection.ready = resolve;
      socket.once("close", () => reject(new Error("The harness closed its socket.")));
      socket.setTimeout(mostSilenceMs, () => socket.destroy());
      const { leaseMs, graceMs } = lease;
      connection.send({ type: "hello", version: protocolVersion, leaseMs, graceMs, ...connection.until() });
    });
    socket.setTimeout(0);
    if (ready.version !== protocolVersion) {
      socket.destroy();
      throw new Error(`The harness speaks protocol ${ready.version}, this server ${protocolVersion}.`);
    }
    connection.beat = setInterval(() => connection.keepAlive(), Math.min(lease.leaseMs, mostSilenceMs) / 3);
    connection.beat.unref();
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

  renew(): void {
    this.send({ type: "renew-lease", ...this.until() });
  }

  close(): void {
    this.socket.destroy();
  }

  private until(): { until?: number } {
    const until = this.lease.until?.();
    return until === undefined ? {} : { until };
  }

  /** Each renewal is answered: a harness that was stopped, or whose event loop hangs, is found out. */
  private keepAlive(): void {
    if (performance.now() - this.heardAt > mostSilenceMs) this.socket.destroy();
    else this.renew();
  }

  private hear(chunk: Buffer): void {
    this.heardAt = performance.now();
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
      } else if (parsed.data.type === "alive") continue;
      else if (parsed.data.type === "ready") this.ready?.(parsed.data);
      else this.listener.message(parsed.data);
    }
  }
}
