/**
 * Values and artifacts by content hash, one folder per workspace: `<home>/store/<workspace>/values/<aa>/<hash>`, and a
 * JSON preview beside each as `<hash>.preview.json`. Containers mount a workspace's folder read-only. What is stored is
 * what was hashed: bytes are copied while hashing, synced, and only then get their name.
 */
import { createHash, randomBytes, type Hash } from "node:crypto";
import { constants, createReadStream, type ReadStream } from "node:fs";
import { access, mkdir, open, readFile, rename, rm, unlink, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

export interface ValueStore {
  /** The workspace's folder, to be mounted read-only. Created when missing. */
  folder(workspaceId: string): Promise<string>;
  /** Moves a file out of a scratch folder that user code can write to; nothing in there is trusted. */
  take(workspaceId: string, scratch: string, file: string, bytes: number): Promise<{ hash: string; bytes: number }>;
  put(workspaceId: string, bytes: Uint8Array): Promise<{ hash: string; bytes: number }>;
  putPreview(workspaceId: string, hash: string, json: string): Promise<void>;
  has(workspaceId: string, hash: string): Promise<boolean>;
  path(workspaceId: string, hash: string): string;
  read(workspaceId: string, hash: string): Promise<Buffer>;
  stream(workspaceId: string, hash: string): ReadStream;
  /** JSON text made beside user code: parse it with its schema before believing it. */
  readPreview(workspaceId: string, hash: string): Promise<string | undefined>;
}

const chunkBytes = 2 * 1024 * 1024;
const syncEvery = 16 * 1024 * 1024;

export class StoreFault extends Error {
  override readonly name = "StoreFault";
}

export function createValueStore(home: string): ValueStore {
  const made = new Map<string, Promise<unknown>>();
  const ensure = async (folder: string): Promise<string> => {
    let known = made.get(folder);
    if (!known) made.set(folder, (known = mkdir(folder, { recursive: true })));
    await known;
    return folder;
  };
  const workspace = (workspaceId: string) => {
    if (!/^[A-Za-z0-9_-]{1,100}$/.test(workspaceId)) throw new StoreFault(`"${workspaceId}" is no workspace id.`);
    return join(home, "store", workspaceId);
  };
  const place = (workspaceId: string, hash: string) => {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new StoreFault(`"${hash}" is no content hash.`);
    return join(workspace(workspaceId), "values", hash.slice(0, 2), hash);
  };
  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );

  /** `write` fills a temporary file and returns its hash; the file then takes its name, unless that is there already. */
  async function keep(workspaceId: string, write: (file: FileHandle, hash: Hash) => Promise<number>) {
    const incoming = await ensure(join(workspace(workspaceId), "incoming"));
    const temporary = join(incoming, randomBytes(12).toString("hex"));
    const file = await open(temporary, "wx", 0o444);
    try {
      const digest = createHash("sha256");
      const bytes = await write(file, digest);
      const hash = digest.digest("hex");
      const target = place(workspaceId, hash);
      if (await exists(target)) await unlink(temporary);
      else {
        await file.sync();
        await ensure(join(workspace(workspaceId), "values", hash.slice(0, 2)));
        await rename(temporary, target);
      }
      return { hash, bytes };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }

  return {
    folder: async (workspaceId) => {
      await ensure(join(workspace(workspaceId), "values"));
      return workspace(workspaceId);
    },
    take: async (workspaceId, scratch, file, bytes) => {
      const source = await openInside(scratch, file);
      try {
        const state = await source.stat();
        if (!state.isFile() || state.size !== bytes) throw new StoreFault(`The value file ${file} is not what was announced.`);
        return await keep(workspaceId, async (target, hash) => {
          const copied = await copy(source, target, hash, bytes);
          // Before the sync: pages of a file that is gone need not reach the disk. Where the server may not, the runner does.
          await unlink(join(scratch, file)).catch(() => undefined);
          return copied;
        });
      } finally {
        await source.close();
      }
    },
    put: (workspaceId, bytes) =>
      keep(workspaceId, async (file, hash) => {
        hash.update(bytes);
        await file.writeFile(bytes);
        return bytes.length;
      }),
    putPreview: async (workspaceId, hash, json) => {
      const target = `${place(workspaceId, hash)}.preview.json`;
      if (await exists(target)) return;
      await ensure(join(workspace(workspaceId), "values", hash.slice(0, 2)));
      const temporary = `${target}.${randomBytes(6).toString("hex")}`;
      await writeFile(temporary, json, { mode: 0o444 });
      await rename(temporary, target);
    },
    has: async (workspaceId, hash) => exists(place(workspaceId, hash)),
    path: place,
    read: async (workspaceId, hash) => readFile(place(workspaceId, hash)),
    stream: (workspaceId, hash) => createReadStream(place(workspaceId, hash)),
    readPreview: async (workspaceId, hash) => readFile(`${place(workspaceId, hash)}.preview.json`, "utf8").catch(() => undefined),
  };
}

/** Reading, hashing and writing overlap; each slice of hashing holds the event loop for about a millisecond. */
async function copy(source: FileHandle, target: FileHandle, hash: Hash, bytes: number): Promise<number> {
  let [filling, spare] = [Buffer.allocUnsafeSlow(Math.min(chunkBytes, bytes)), Buffer.allocUnsafeSlow(Math.min(chunkBytes, bytes))];
  let read = await source.read(filling, 0, filling.length, 0);
  let at = 0;
  let unsynced = 0;
  let syncing: Promise<unknown> = Promise.resolve();
  let writing: Promise<unknown> = Promise.resolve();
  while (read.bytesRead > 0 && at < bytes) {
    const length = Math.min(read.bytesRead, bytes - at);
    const chunk = filling.subarray(0, length);
    await writing;
    unsynced += length;
    if (unsynced > syncEvery) {
      // The disk starts early, so that the sync at the end finds little left to do.
      unsynced = 0;
      syncing = syncing.then(() => target.datasync()).catch(() => undefined);
    }
    [filling, spare] = [spare, filling];
    const position = at;
    at += length;
    const reading = source.read(filling, 0, filling.length, at);
    writing = writeAll(target, chunk, position);
    writing.catch(() => undefined);
    hash.update(chunk);
    read = await reading;
  }
  await Promise.all([writing, syncing]);
  if (at !== bytes) throw new StoreFault("A value file was cut while it was stored.");
  return at;
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    at += (await file.write(chunk, at, chunk.length - at, position + at)).bytesWritten;
  }
}

/**
 * Opens `<folder>/<name>` without following a symbolic link at either step: the folder belongs to user code, which
 * could otherwise make the server read any file of the host.
 */
async function openInside(scratch: string, file: string): Promise<FileHandle> {
  const match = /^([A-Za-z0-9-]+)\/([A-Za-z0-9]+)$/.exec(file);
  if (!match) throw new StoreFault(`"${file}" is no value file.`);
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const folder = await open(join(scratch, match[1]!), flags | constants.O_DIRECTORY);
  try {
    const base = process.platform === "linux" ? `/proc/self/fd/${folder.fd}` : join(scratch, match[1]!);
    return await open(join(base, match[2]!), flags | constants.O_NONBLOCK);
  } finally {
    await folder.close();
  }
}
