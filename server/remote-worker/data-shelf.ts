/** The data folder of a workspace on a worker: files that its tasks name, fetched by hash before they start. */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { WorkerDataFile } from "@/pipelines/protocol/worker";
import type { Transfer } from "./transfer";

export class DataShelf {
  /** Hash of a file as it was when it had this size and time. */
  private readonly known = new Map<string, { readonly stamp: string; readonly hash: string }>();
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly transfer: Transfer,
    private readonly folderOf: (workspaceId: string) => string,
    private readonly scratch: string,
  ) {}

  /** One attempt after the other: two may want the same file. */
  fetch(workspaceId: string, files: readonly WorkerDataFile[], token: string, signal: AbortSignal): Promise<void> {
    if (files.length === 0) return Promise.resolve();
    const work = this.tail.then(() => this.fetchAll(workspaceId, files, token, signal));
    this.tail = work.catch(() => undefined);
    return work;
  }

  private async fetchAll(workspaceId: string, files: readonly WorkerDataFile[], token: string, signal: AbortSignal): Promise<void> {
    const folder = path.resolve(this.folderOf(workspaceId));
    for (const { path: name, hash } of files) {
      const file = path.resolve(folder, name);
      if (!file.startsWith(folder + path.sep)) throw new Error(`"${name}" leads out of the data folder.`);
      if (hash === "missing") {
        await rm(file, { force: true });
        continue;
      }
      if ((await this.hashOf(file)) === hash) continue;
      await mkdir(this.scratch, { recursive: true, mode: 0o700 });
      const temporary = path.join(this.scratch, randomBytes(12).toString("hex"));
      try {
        await this.transfer.download(`/api/worker/files/${hash}`, token, hash, temporary, signal);
        await mkdir(path.dirname(file), { recursive: true });
        // Tasks in containers are nobody on this machine.
        await chmod(temporary, 0o644);
        await rename(temporary, file);
      } finally {
        await rm(temporary, { force: true });
      }
    }
  }

  private async hashOf(file: string): Promise<string | undefined> {
    const state = await stat(file, { bigint: true }).catch(() => undefined);
    if (!state?.isFile()) return undefined;
    const stamp = `${state.size} ${state.mtimeNs} ${state.ino}`;
    const known = this.known.get(file);
    if (known?.stamp === stamp) return known.hash;
    const digest = createHash("sha256");
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) digest.update(chunk as Buffer);
    const hash = digest.digest("hex");
    this.known.set(file, { stamp, hash });
    return hash;
  }
}
