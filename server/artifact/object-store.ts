/**
 * Where bytes rest: folder-objects.ts (this machine) and s3-objects.ts (any S3-compatible service) implement it, and
 * testing/object-store-conformance.ts holds them together. An object is there whole or not at all. What a key means is
 * store.ts's business: `<workspace>/values/<aa>/<hash>`, a preview beside it, `<workspace>/logs/<run>/<attempt>.ndjson`.
 */
import type { Readable } from "node:stream";

export interface ObjectStore {
  readonly kind: "folder" | "s3";
  /** For people: where that is. */
  readonly place: string;
  /** Stores the file, whose bytes are synced, under the key. A folder takes it away (it is renamed), S3 leaves it. */
  putFile(key: string, path: string): Promise<void>;
  /** For what is small and could be made again: a power cut may lose it. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  stat(key: string): Promise<StoredObject | undefined>;
  /** Undefined: there is no such object. */
  read(key: string): Promise<{ readonly bytes: number; readonly stream: Readable } | undefined>;
  /** Every object whose key begins with `prefix`, in no particular order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** What is not there counts as removed. */
  remove(keys: readonly string[]): Promise<void>;
  /** Clears away what writers left half done longer ago than that; returns how many there were. */
  clean(olderThanMs: number): Promise<number>;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since the epoch, by the clock of the store. */
  readonly modified: number;
}

/** Keys are made by us; a fault in that must still never leave the store's folder. */
export function checkKey(key: string): string {
  const parts = key.split("/");
  const isFine = parts.length > 1 && parts.every((part) => /^[\w-][\w.-]{0,199}$/.test(part));
  if (!isFine) throw new Error(`Not a key of the store: ${JSON.stringify(key)}`);
  return key;
}
