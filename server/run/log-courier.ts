/** Takes logs from this machine to where values rest, and back. Neighbour: log-store.ts, which says when. */
import { createWriteStream } from "node:fs";
import fsp from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ObjectStore } from "../artifact/object-store";

export class LogCourier {
  constructor(
    private readonly home: string,
    private readonly objects: ObjectStore,
  ) {}

  /** The whole log; its file is gone then. False: it stays here, is read from here, and goes another time. */
  async send(key: string, file: string): Promise<boolean> {
    try {
      await this.objects.putFile(key, file);
    } catch {
      return false;
    }
    await fsp.rm(file, { force: true });
    return true;
  }

  /** The first `bytes` of a log that is being written, under the key that the whole will have. */
  async sendCopy(key: string, file: string, bytes: number): Promise<boolean> {
    // What is sent must not grow meanwhile. Beside the store, where no log is looked for.
    const copy = path.join(this.home, "sending", path.basename(key));
    try {
      await fsp.mkdir(path.dirname(copy), { recursive: true });
      await pipeline((await fsp.open(file)).createReadStream({ end: bytes - 1 }), createWriteStream(copy, { mode: 0o600 }));
      await this.objects.putFile(key, copy);
      return true;
    } catch {
      return false;
    } finally {
      await fsp.rm(copy, { force: true });
    }
  }

  /** What another server sent of a log that is gone on with here. Where nothing comes, the log begins anew. */
  async fetch(key: string, file: string): Promise<void> {
    try {
      const found = await this.objects.read(key);
      if (!found) return;
      await fsp.mkdir(path.dirname(file), { recursive: true });
      await pipeline(found.stream, createWriteStream(file, { flags: "wx", mode: 0o600 }));
    } catch {
      // Half of it counts as far as its lines are whole.
    }
  }

  async read(key: string): Promise<Readable | undefined> {
    return (await this.objects.read(key))?.stream;
  }
}
