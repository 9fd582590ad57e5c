/**
 * Bytes that are no JSON, for signed-in callers: frames for HTML displays, downloads of stored values. Ids are looked up
 * in the caller's workspace; nothing of a URL ever becomes a path on disk.
 */
import type http from "node:http";
import type { Heddle } from "../heddle";
import type { Caller } from "../trpc";

export type DataRoute = (heddle: Heddle, caller: Caller, response: http.ServerResponse) => Promise<void>;

export function findDataRoute(_path: string): DataRoute | undefined {
  return undefined;
}
