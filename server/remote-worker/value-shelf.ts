/**
 * Values on a worker: a store of its own by content hash, mounted read-only into its containers. Inputs are fetched into it,
 * outputs are sent from it; what nobody uses is thrown away, oldest first, once the whole is too large. Neighbours: transfer.ts,
 * attempt-courier.ts.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { ValueStore } from "../artifact/store";
import type { Transfer } from "./transfer";

const mostPreviews = 2_000;
/** What came just now may not be pinned yet. */
const youngMs = 60_000;
const fetchedAtOnce = 4;

export class ValueShelf {
  /** Handed to the executor: previews are remembered on their way, to be sent with the result. */
  readonly store: ValueStore;
  private readonly previews = new Map<string, string>();
  private readonly pins = new Map<string, number>();
  private readonly fetching = new Map<string, Promise<void>>();
  private sweeping: Promise<void> | undefined;

  constructor(
    private readonly inner: ValueStore,
    private readonly transfer: Transfer,
    private readonly home: string,
    private readonly mostBytes: number,
  ) {
    this.store = {
      ...inner,
      putPreview: (workspaceId, hash, json) => {
        this.previews.set(hash, json);
        if (this.previews.size > mostPreviews) this.previews.delete(this.previews.keys().next().value!);
        return inner.putPreview(workspaceId, hash, json);
      },
    };
  }

  previewOf(hash: string): string | undefined {
    return this.previews.get(hash);
  }

  pin(hashes: Iterable<string>): void {
    for (const hash of hashes) this.pins.set(hash, (this.pins.get(hash) ?? 0) + 1);
  }

  unpin(hashes: Iterable<string>): void {
    for (const hash of hashes) {
      const left = (this.pins.get(hash) ?? 1) - 1;
      if (left > 0) this.pins.set(hash, left);
      else this.pins.delete(hash);
    }
  }

  async fetch(workspaceId: string, hashes: Iterable<string>, token: string, signal: AbortSignal): Promise<void> {
    const waiting = [...hashes];
    const work = async () => {
      for (let hash = waiting.pop(); hash !== undefined; hash = waiting.pop()) await this.fetchOne(workspaceId, hash, token, signal);
    };
    await Promise.all(Array.from({ length: fetchedAtOnce }, work));
  }

  async send(workspaceId: string, hash: string, bytes: number, token: string, signal: AbortSignal): Promise<void> {
    await this.transfer.upload(`/api/worker/values/${hash}`, token, this.inner.path(workspaceId, hash), bytes, signal);
  }

  /** Throws away what is too much; repeatable, one at a time. */
  sweep(workspaceId: string): Promise<void> {
    this.sweeping ??= this.throwAway(workspaceId).finally(() => (this.sweeping = undefined));
    return this.sweeping;
  }

  private async fetchOne(workspaceId: string, hash: string, token: string, signal: AbortSignal): Promise<void> {
    if (await this.inner.has(workspaceId, hash)) {
      const now = new Date();
      return utimes(this.inner.path(workspaceId, hash), now, now).catch(() => undefined);
    }
    const underway = this.fetching.get(hash);
    // Another attempt's fetch may be given up with it: then this one does it itself.
    if (
      underway &&
      (await underway.then(
        () => true,
        () => false,
      ))
    )
      return;
    const fetching = this.download(workspaceId, hash, token, signal).finally(() => this.fetching.delete(hash));
    this.fetching.set(hash, fetching);
    await fetching;
  }

  private async download(workspaceId: string, hash: string, token: string, signal: AbortSignal): Promise<void> {
    const scratch = join(this.home, "incoming");
    const name = randomBytes(12).toString("hex");
    await mkdir(join(scratch, name), { recursive: true, mode: 0o700 });
    try {
      const bytes = await this.transfer.download(`/api/worker/values/${hash}`, token, hash, join(scratch, name, "value"), signal);
      await this.inner.take(workspaceId, scratch, `${name}/value`, bytes);
    } finally {
      await rm(join(scratch, name), { recursive: true, force: true });
    }
  }

  private async throwAway(workspaceId: string): Promise<void> {
    const root = join(await this.inner.folder(workspaceId), "values");
    const found: { readonly file: string; readonly hash: string; readonly bytes: number; readonly at: number }[] = [];
    let sum = 0;
    for (const shard of await readdir(root).catch(() => [])) {
      for (const name of await readdir(join(root, shard)).catch(() => [])) {
        const file = join(root, shard, name);
        const state = await stat(file).catch(() => undefined);
        if (!state) continue;
        sum += state.size;
        found.push({ file, hash: name.slice(0, 64), bytes: state.size, at: state.mtimeMs });
      }
    }
    if (sum <= this.mostBytes) return;
    found.sort((a, b) => a.at - b.at);
    for (const { file, hash, bytes, at } of found) {
      if (sum <= this.mostBytes * 0.8 || Date.now() - at < youngMs) break;
      if (this.pins.has(hash)) continue;
      await rm(file, { force: true });
      sum -= bytes;
    }
  }
}
