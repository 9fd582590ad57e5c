/** A TCP proxy that is in the way of a real connection: it cuts, swallows, delays or slices what goes through. */
import { once } from "node:events";
import net from "node:net";

export type Trouble =
  | { readonly type: "none" }
  /** Everything is swallowed, nothing is closed: what a cable that was pulled looks like. */
  | { readonly type: "silence" }
  /** Answers only: what was asked is done, and nobody hears of it. */
  | { readonly type: "deaf" }
  | { readonly type: "latency"; readonly ms: number }
  | { readonly type: "slices"; readonly bytes: number }
  /** The connection is reset after so many bytes of answer. */
  | { readonly type: "limit"; readonly bytes: number };

export class FaultProxy {
  trouble: Trouble = { type: "none" };
  private readonly pairs = new Set<readonly [net.Socket, net.Socket]>();

  private constructor(
    private readonly server: net.Server,
    private target: { host: string; port: number },
  ) {
    server.on("connection", (near) => this.join(near));
  }

  static async before(url: string): Promise<{ proxy: FaultProxy; url: string }> {
    const target = new URL(url);
    const server = net.createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new FaultProxy(server, { host: target.hostname, port: Number(target.port) });
    target.hostname = "127.0.0.1";
    target.port = String((server.address() as net.AddressInfo).port);
    return { proxy, url: target.toString() };
  }

  /** What was behind it has moved. */
  redirect(url: string): void {
    const { hostname, port } = new URL(url);
    this.target = { host: hostname, port: Number(port) };
  }

  /** Resets every connection. */
  cut(): void {
    for (const [near, far] of this.pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  async close(): Promise<void> {
    this.trouble = { type: "none" };
    this.server.close();
    this.cut();
  }

  private join(near: net.Socket): void {
    const far = net.connect(this.target);
    const pair = [near, far] as const;
    this.pairs.add(pair);
    let answered = 0;
    const end = () => {
      // What is cut in silence is never closed either.
      if (this.trouble.type === "silence") return;
      this.pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      socket.on("error", end);
      socket.on("close", end);
    }
    near.on("data", (chunk) => {
      if (this.trouble.type !== "silence") this.pass(chunk, far);
    });
    far.on("data", (chunk: Buffer) => {
      const { trouble } = this;
      if (trouble.type === "silence" || trouble.type === "deaf") return;
      answered += chunk.length;
      if (trouble.type === "limit" && answered > trouble.bytes) {
        near.resetAndDestroy();
        return end();
      }
      this.pass(chunk, near);
    });
  }

  private pass(chunk: Buffer, to: net.Socket): void {
    const { trouble } = this;
    if (trouble.type === "slices") {
      to.setNoDelay(true);
      for (let at = 0; at < chunk.length; at += trouble.bytes) to.write(chunk.subarray(at, at + trouble.bytes));
    } else if (trouble.type === "latency") setTimeout(() => !to.destroyed && to.write(chunk), trouble.ms);
    else to.write(chunk);
  }
}
