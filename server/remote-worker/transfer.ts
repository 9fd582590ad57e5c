/** Bytes between a worker and its server, over HTTP: streamed, hashed on this end, tried again while the server is away. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import http from "node:http";
import https from "node:https";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** `status` 0: no answer came. */
export class TransferError extends Error {
  override readonly name = "TransferError";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  /** Whether asking again later may help. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || (this.status >= 500 && this.status !== 507);
  }
}

const stillMs = 60_000;
const mostText = 64 * 1024 * 1024;

interface Order {
  readonly method: "GET" | "PUT";
  readonly path: string;
  readonly token: string;
  readonly signal?: AbortSignal | undefined;
  readonly length?: number;
}

export class Transfer {
  constructor(private readonly server: URL) {}

  async getText(path: string, token: string): Promise<string> {
    const response = await this.ask({ method: "GET", path, token });
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of response) {
      parts.push(part as Buffer);
      bytes += (part as Buffer).length;
      if (bytes > mostText) throw new TransferError(413, "The server's answer is too long.");
    }
    return Buffer.concat(parts).toString("utf8");
  }

  /** Into a file, only if the bytes have this hash. Returns how many. */
  async download(path: string, token: string, hash: string, file: string, signal?: AbortSignal): Promise<number> {
    const response = await this.ask({ method: "GET", path, token, signal });
    const digest = createHash("sha256");
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        digest.update(chunk);
        done(null, chunk);
      },
    });
    try {
      await pipeline(response, measure, createWriteStream(file, { mode: 0o600 }), { signal });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw error;
      throw new TransferError(0, `The bytes stopped coming: ${(error as Error).message}`);
    }
    if (digest.digest("hex") !== hash) throw new TransferError(0, "The bytes that came have another hash than was asked for.");
    return bytes;
  }

  async upload(path: string, token: string, file: string, length: number, signal?: AbortSignal): Promise<void> {
    const response = await this.ask({ method: "PUT", path, token, signal, length }, file);
    response.resume();
  }

  /** Resolves with an answer that says yes. */
  private ask({ method, path, token, signal, length }: Order, file?: string): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.server);
      const request = (url.protocol === "https:" ? https : http).request(url, {
        method,
        signal,
        timeout: stillMs,
        headers: {
          authorization: `Bearer ${token}`,
          ...(length === undefined ? {} : { "content-length": length, "content-type": "application/octet-stream" }),
        },
      });
      let answered = false;
      const fail = (error: Error) => {
        if (!answered) reject(new TransferError(0, `${url.origin} does not answer: ${error.message}`));
      };
      request.once("timeout", () => request.destroy(new Error("it stood still for a minute")));
      request.on("error", fail);
      request.once("response", (response) => {
        answered = true;
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) return resolve(response);
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text = (text + part).slice(0, 1000)));
        response.once("close", () => reject(new TransferError(status, text.trim() || `The server answered ${status}.`)));
        // An answer that comes before all was sent is a refusal.
        if (file !== undefined) request.destroy();
      });
      if (file === undefined) request.end();
      else pipeline(createReadStream(file), request).catch(fail);
    });
  }
}
