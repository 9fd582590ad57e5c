/**
 * Values and artifacts by content hash: what is stored is what was hashed, and what is read is hashed again. Bytes rest in
 * an ObjectStore (object-store.ts) as `<workspace>/values/<aa>/<hash>`, a JSON preview beside each as `<hash>.preview.json`.
 * Containers read from a folder that is mounted read-only: the store's own, or, where that is elsewhere, a bounded copy
 * (value-cache.ts). ledger.ts is what the database has to say to all this.
 */
import { createHash, randomBytes, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, rename, rm, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PassThrough, pipeline, type Readable } from "node:stream";
import { pipeline as piped } from "node:stream/promises";
import { damaged, hashCheck, missing } from "./check-hash";
import { FolderObjects, incoming } from "./folder-objects";
import { openLedger, type StoreLedger } from "./ledger";
import type { ObjectStore } from "./object-store";
import { DamagedObject, StoreFault } from "./store-fault";
import { ValueCache } from "./value-cache";
import { Verified } from "./verified";

export interface ValueStore {
  readonly objects: ObjectStore;
  /** The workspace's folder, to be mounted read-only. Created when missing. */
  folder(workspaceId: string): Promise<string>;
  /** Moves a file out of a scratch folder that user code can write to; nothing in there is trusted. */
  take(workspaceId: string, scratch: string, file: string, bytes: number): Promise<{ hash: string; bytes: number }>;
  put(workspaceId: string, bytes: Uint8Array): Promise<{ hash: string; bytes: number }>;
  putPreview(workspaceId: string, hash: string, json: string): Promise<void>;
  has(workspaceId: string, hash: string): Promise<boolean>;
  /** Where the value lies in the workspace's folder while somebody holds it. */
  path(workspaceId: string, hash: string): string;
  read(workspaceId: string, hash: string): Promise<Buffer>;
  /** Fails at its end, before the last bytes, when they do not have that hash. */
  stream(workspaceId: string, hash: string): Readable;
  /** JSON text made beside user code: parse it with its schema before believing it. */
  readPreview(workspaceId: string, hash: string): Promise<string | undefined>;
  /**
   * Brings these values into the workspace's folder, checked against their hashes, and keeps them there for `holder`
   * until `release`. Throws DamagedObject, naming the one that is damaged or gone.
   */
  hold(workspaceId: string, hashes: Iterable<string>, holder: string): Promise<void>;
  release(holder: string): Promise<void>;
  /** Lets go of what holders of an earlier process left. */
  releaseOthers(holders: ReadonlySet<string>): Promise<void>;
}

export interface ValueStoreOptions {
  /** Default: a folder in `home`. */
  readonly objects?: ObjectStore;
  readonly ledger?: StoreLedger;
  /** For the local copies of a store that is elsewhere. */
  readonly cacheBytes?: number;
}

const chunkBytes = 2 * 1024 * 1024;
const syncEvery = 16 * 1024 * 1024;
const usualCacheBytes = 20 * 1024 ** 3;
const fetchedAtOnce = 8;

export function storeFolder(home: string): string {
  return join(home, "store");
}

export function valueKey(workspaceId: string, hash: string): string {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(workspaceId)) throw new StoreFault(`"${workspaceId}" is no workspace id.`);
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new StoreFault(`"${hash}" is no content hash.`);
  return `${workspaceId}/values/${hash.slice(0, 2)}/${hash}`;
}

export function previewKey(workspaceId: string, hash: string): string {
  return `${valueKey(workspaceId, hash)}.preview.json`;
}

export function createValueStore(home: string, options: ValueStoreOptions = {}): ValueStore {
  const { objects = new FolderObjects(storeFolder(home)), ledger = openLedger, cacheBytes = usualCacheBytes } = options;
  const isLocal = objects.kind === "folder";
  const root = isLocal ? objects.place : join(home, "cache", "store");
  const cache = isLocal ? undefined : new ValueCache(root, cacheBytes);
  const verified = new Verified();
  const made = new Map<string, Promise<unknown>>();
  const fetching = new Map<string, Promise<void>>();
  const ensure = async (folder: string): Promise<string> => {
    let known = made.get(folder);
    if (!known) made.set(folder, (known = mkdir(folder, { recursive: true })));
    await known.catch((error: unknown) => {
      made.delete(folder);
      throw error;
    });
    return folder;
  };
  const place = (workspaceId: string, hash: string) => join(root, valueKey(workspaceId, hash));
  const folderOf = (workspaceId: string) => dirname(dirname(dirname(place(workspaceId, "0".repeat(64)))));
  const temporaryFile = async (workspaceId: string) =>
    join(await ensure(join(folderOf(workspaceId), incoming)), randomBytes(12).toString("hex"));

  /** `write` fills a temporary file and returns its length; the file then takes its name, unless that is there already. */
  async function keep(workspaceId: string, write: (file: FileHandle, hash: Hash) => Promise<number>) {
    const temporary = await temporaryFile(workspaceId);
    const file = await open(temporary, "wx", 0o444);
    try {
      const digest = createHash("sha256");
      const bytes = await write(file, digest);
      const hash = digest.digest("hex");
      const key = valueKey(workspaceId, hash);
      const target = place(workspaceId, hash);
      await ledger.spare(workspaceId, hash);
      const there = await objects.stat(key);
      // One of another length was damaged: it is written over.
      if (there?.bytes !== bytes) {
        await ledger.admit(workspaceId, bytes);
        await file.sync();
        await objects.putFile(key, temporary);
        ledger.stored(workspaceId, bytes);
      }
      if (!isLocal) await intoCache(temporary, target, bytes);
      else if (there?.bytes === bytes) await rm(temporary, { force: true });
      if (there?.bytes !== bytes || !isLocal) await verified.note(target);
      return { hash, bytes };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }

  async function intoCache(temporary: string, target: string, bytes: number): Promise<void> {
    await mkdir(dirname(target), { recursive: true });
    await rename(temporary, target);
    await cache?.added(bytes);
  }

  /** What is damaged is put out of the way: a value made anew finds its place free. */
  async function setAside(workspaceId: string, hash: string): Promise<void> {
    verified.forget(place(workspaceId, hash));
    if (isLocal) {
      const aside = join(await ensure(join(folderOf(workspaceId), "damaged")), hash);
      await rename(place(workspaceId, hash), aside).catch(() => undefined);
    } else {
      await rm(place(workspaceId, hash), { force: true });
      await objects.remove([valueKey(workspaceId, hash)]);
    }
    await ledger.lost(workspaceId, hash);
  }

  async function fail(workspaceId: string, hash: string, why: "damaged" | "missing"): Promise<never> {
    if (why === "damaged") await setAside(workspaceId, hash);
    else await ledger.lost(workspaceId, hash);
    throw (why === "damaged" ? damaged : missing)(hash, objects.place);
  }

  async function fetch(workspaceId: string, hash: string): Promise<void> {
    const found = await objects.read(valueKey(workspaceId, hash));
    if (!found) return fail(workspaceId, hash, "missing");
    const temporary = await temporaryFile(workspaceId);
    const file = await open(temporary, "wx", 0o444);
    try {
      await piped(found.stream, hashCheck(hash, objects.place), file.createWriteStream());
      await intoCache(temporary, place(workspaceId, hash), found.bytes);
    } catch (error) {
      await rm(temporary, { force: true });
      if (error instanceof DamagedObject) await setAside(workspaceId, hash);
      throw error;
    }
    await verified.note(place(workspaceId, hash));
  }

  /** In the workspace's folder, and what it says it is. */
  async function makeReady(workspaceId: string, hash: string): Promise<void> {
    const isWhole = await verified.check(place(workspaceId, hash), hash);
    if (isWhole === true) return cache?.used(valueKey(workspaceId, hash));
    if (isLocal) return fail(workspaceId, hash, isWhole === undefined ? "missing" : "damaged");
    // A local copy that went bad is fetched again.
    const key = valueKey(workspaceId, hash);
    let known = fetching.get(key);
    if (!known) fetching.set(key, (known = fetch(workspaceId, hash).finally(() => fetching.delete(key))));
    await known;
  }

  function stream(workspaceId: string, hash: string): Readable {
    const out = new PassThrough();
    void (async () => {
      const found = await objects.read(valueKey(workspaceId, hash));
      if (!found) await fail(workspaceId, hash, "missing");
      else {
        pipeline(found.stream, hashCheck(hash, objects.place), out, (error) => {
          if (error instanceof DamagedObject) void setAside(workspaceId, hash).catch(() => undefined);
        });
      }
    })().catch((error: unknown) => out.destroy(error as Error));
    return out;
  }

  return {
    objects,
    folder: async (workspaceId) => {
      await ensure(join(folderOf(workspaceId), "values"));
      return folderOf(workspaceId);
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
      const key = previewKey(workspaceId, hash);
      if (await objects.stat(key)) {
        await ledger.spare(workspaceId, hash);
        if (await objects.stat(key)) return;
      }
      await objects.put(key, Buffer.from(json));
    },
    has: async (workspaceId, hash) => (await objects.stat(valueKey(workspaceId, hash))) !== undefined,
    path: place,
    read: async (workspaceId, hash) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream(workspaceId, hash)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    stream,
    readPreview: async (workspaceId, hash) => {
      const found = await objects.read(previewKey(workspaceId, hash)).catch(() => undefined);
      if (!found) return undefined;
      const chunks: Buffer[] = [];
      for await (const chunk of found.stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    },
    hold: async (workspaceId, hashes, holder) => {
      const wanted = [...new Set(hashes)];
      if (wanted.length === 0) return;
      await cache?.hold(
        holder,
        wanted.map((hash) => valueKey(workspaceId, hash)),
      );
      const next = wanted[Symbol.iterator]();
      const work = async () => {
        for (const hash of next) await makeReady(workspaceId, hash);
      };
      await Promise.all(Array.from({ length: Math.min(fetchedAtOnce, wanted.length) }, work));
    },
    release: async (holder) => cache?.release(holder),
    releaseOthers: async (holders) => cache?.releaseOthers(holders),
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
