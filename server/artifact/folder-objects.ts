/** Objects as files below one folder. A file is written under a temporary name and only then gets its own. */
import { randomBytes } from "node:crypto";
import { mkdir, open, opendir, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkKey, type ObjectStore, type StoredObject } from "./object-store";

/** Folders of files that are still being written. */
export const incoming = "incoming";

export class FolderObjects implements ObjectStore {
  readonly kind = "folder";
  private readonly made = new Map<string, Promise<unknown>>();

  constructor(private readonly root: string) {}

  get place(): string {
    return this.root;
  }

  path(key: string): string {
    return join(this.root, checkKey(key));
  }

  async putFile(key: string, path: string): Promise<void> {
    const target = this.path(key);
    await this.ensure(dirname(target));
    try {
      await rename(path, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Somebody took the empty folder away.
      this.made.delete(dirname(target));
      await this.ensure(dirname(target));
      await rename(path, target);
    }
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(await this.ensure(join(this.root, checkKey(key).split("/")[0]!, incoming)), randomBytes(12).toString("hex"));
    const file = await open(temporary, "wx", 0o444);
    try {
      await file.writeFile(bytes);
      await file.close();
      await this.putFile(key, temporary);
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    try {
      const { size, mtimeMs } = await stat(this.path(key));
      return { key, bytes: size, modified: mtimeMs };
    } catch (error) {
      return absent(error);
    }
  }

  async read(key: string) {
    try {
      const file = await open(this.path(key));
      const { size } = await file.stat();
      return { bytes: size, stream: file.createReadStream({ highWaterMark: 1024 * 1024 }) };
    } catch (error) {
      return absent(error);
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const folder = prefix.includes("/") ? prefix.slice(0, prefix.lastIndexOf("/")) : "";
    for await (const key of walk(this.root, folder)) {
      if (!key.startsWith(prefix) || key.split("/")[1] === incoming) continue;
      // Gone meanwhile: not there.
      const found = await this.stat(key);
      if (found) yield found;
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) await unlink(this.path(key)).catch(absent);
  }

  async clean(olderThanMs: number): Promise<number> {
    let removed = 0;
    for await (const workspace of entries(this.root)) {
      for await (const { name } of entries(join(this.root, workspace.name, incoming))) {
        const path = join(this.root, workspace.name, incoming, name);
        const found = await stat(path).catch(absent);
        if (!found || Date.now() - found.mtimeMs < olderThanMs) continue;
        await unlink(path).catch(absent);
        removed++;
      }
    }
    return removed;
  }

  private async ensure(folder: string): Promise<string> {
    let known = this.made.get(folder);
    if (!known) {
      this.made.set(folder, (known = mkdir(folder, { recursive: true })));
      known.catch(() => this.made.delete(folder));
    }
    await known;
    return folder;
  }
}

async function* walk(root: string, folder: string): AsyncGenerator<string> {
  for await (const entry of entries(join(root, folder))) {
    const key = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, key);
    else if (entry.isFile() && key.includes("/")) yield key;
  }
}

async function* entries(folder: string) {
  try {
    yield* await opendir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTDIR") absent(error);
  }
}

function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  return undefined;
}
