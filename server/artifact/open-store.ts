/**
 * Which store it is, by variables: HEDDLE_STORE=s3://bucket/prefix (nothing: a folder in Heddle's home), HEDDLE_STORE_ENDPOINT
 * for a service that is not Amazon's, AWS_REGION, HEDDLE_STORE_CACHE for how much is kept on this machine. Credentials
 * come from where AWS's own programs take them. docs/storage.md tells people.
 */
import { FolderObjects } from "./folder-objects";
import type { ObjectStore } from "./object-store";
import { S3Objects } from "./s3-objects";
import { storeFolder } from "./store";

export interface StoreSettings {
  readonly objects: ObjectStore;
  readonly cacheBytes: number | undefined;
}

export function openStore(home: string, variables: Readonly<Record<string, string | undefined>>): StoreSettings {
  const text = variables.HEDDLE_STORE || undefined;
  const cacheBytes = variables.HEDDLE_STORE_CACHE ? readBytes("HEDDLE_STORE_CACHE", variables.HEDDLE_STORE_CACHE) : undefined;
  if (text === undefined) return { objects: new FolderObjects(storeFolder(home)), cacheBytes };
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*?))?\/?$/.exec(text);
  if (!found)
    throw new Error(`HEDDLE_STORE must be like s3://bucket or s3://bucket/folder, not "${text}". Leave it out to keep values in a folder.`);
  const endpoint = variables.HEDDLE_STORE_ENDPOINT || variables.AWS_ENDPOINT_URL_S3 || variables.AWS_ENDPOINT_URL || undefined;
  if (endpoint !== undefined && !/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : "")) {
    throw new Error(`HEDDLE_STORE_ENDPOINT must be an address such as https://s3.example.org, not "${endpoint}".`);
  }
  const region = variables.AWS_REGION || variables.AWS_DEFAULT_REGION || "us-east-1";
  return { objects: new S3Objects({ bucket: found[1]!, prefix: found[2] ?? "", endpoint, region }), cacheBytes };
}

/** "500MB", "20GB" → bytes; 1 KB = 1024 bytes, as in cells. */
export function readBytes(name: string, text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*([KMGT])i?B$/i.exec(text.trim());
  if (!found) throw new Error(`${name} must be a size such as 500MB or 20GB, not "${text}".`);
  return Math.round(Number(found[1]) * 1024 ** (1 + "KMGT".indexOf(found[2]!.toUpperCase())));
}
