/**
 * Bytes that are no JSON, for signed-in callers: frames for HTML displays, downloads of stored values. Ids are looked up
 * in the caller's workspace; nothing of a URL ever becomes a path on disk.
 */
import type http from "node:http";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { findDataFile } from "../data/data-folder";
import { workspaceRead } from "../db/tenancy";
import { AppError, notFound } from "../errors";
import type { Heddle } from "../heddle";
import { findValue } from "../run/preview-value";
import type { Caller } from "../trpc";
import { displayPolicy } from "./security-headers";

export interface DataRequest {
  readonly heddle: Heddle;
  readonly caller: Caller;
  readonly search: URLSearchParams;
  readonly response: http.ServerResponse;
}

export type DataRoute = (request: DataRequest) => Promise<void>;

/** By pattern, so that a test can list them. */
export const dataRoutes: readonly {
  readonly pattern: RegExp;
  readonly example: string;
  answer(request: DataRequest, match: RegExpMatchArray): Promise<void>;
}[] = [
  { pattern: /^\/api\/displays\/([\w-]{1,64})\/(\d{1,6})$/, example: "/api/displays/run-0/0", answer: answerDisplay },
  { pattern: /^\/api\/values\/([\w-]{1,64})\/([^/]{1,600})$/, example: "/api/values/run-0/name", answer: answerValue },
  { pattern: /^\/api\/data\/([^/]{1,600})$/, example: "/api/data/nothing.csv", answer: answerFile },
];

export function findDataRoute(path: string): DataRoute | undefined {
  for (const { pattern, answer } of dataRoutes) {
    const match = pattern.exec(path);
    if (match) return (request) => answer(request, match);
  }
  return undefined;
}

/** A page of its own origin: to be put into a sandboxed frame, and harmless where it is not. */
async function answerDisplay({ heddle, caller, response }: DataRequest, match: RegExpMatchArray): Promise<void> {
  const { rows } = await workspaceRead(heddle.database, caller.workspaceId, (client) =>
    client.query<{ display: { type: string; html?: string } | null }>(
      "select displays->$3::int as display from task_run where workspace_id = $1 and id = $2",
      [caller.workspaceId, match[1], Number(match[2])],
    ),
  );
  const display = rows[0]?.display;
  if (display?.type !== "html" || display.html === undefined) throw notFound("display");
  response.setHeader("Content-Security-Policy", displayPolicy);
  // In its frame it has no origin of its own kind: a policy for one would shut it out.
  response.removeHeader("Cross-Origin-Opener-Policy");
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.setHeader("Cache-Control", "private, no-store");
  response.end(`<!doctype html><meta charset="utf-8">${display.html}`);
}

async function answerValue({ heddle, caller, search, response }: DataRequest, match: RegExpMatchArray): Promise<void> {
  const name = decodeName(match[2]!);
  const text = search.get("index");
  if (text !== null && !/^\d{1,7}$/.test(text)) throw new AppError("BAD_REQUEST", "index is a whole number.");
  const value = await findValue(heddle, caller.workspaceId, {
    taskRunId: match[1]!,
    name,
    index: text === null ? undefined : Number(text),
  });
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader(
    "Content-Disposition",
    `attachment; filename="value.bin"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, escape)}.${value.codec.replace(/[^\w]+/g, "-")}`,
  );
  response.setHeader("Cache-Control", "private, no-store");
  if (value.inline !== undefined) {
    response.end(Buffer.from(value.inline, "base64"));
    return;
  }
  if (!(await heddle.execution.values.has(caller.workspaceId, value.hash))) throw notFound("value");
  response.setHeader("Content-Length", value.bytes);
  await pipeline(heddle.execution.values.stream(caller.workspaceId, value.hash), response);
}

/** Shown in the page by an <img> only; everything else is a download. */
const imageTypes: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  svg: "image/svg+xml",
};

async function answerFile({ heddle, caller, response }: DataRequest, match: RegExpMatchArray): Promise<void> {
  const name = decodeName(match[1]!);
  const { path, bytes } = await findDataFile(heddle.home.dataDir(caller.workspaceId), name);
  const type = imageTypes[name.split(".").at(-1)!.toLowerCase()] ?? "application/octet-stream";
  response.setHeader("Content-Type", type);
  const shown = name.split("/").at(-1)!;
  response.setHeader(
    "Content-Disposition",
    `attachment; filename="file"; filename*=UTF-8''${encodeURIComponent(shown).replace(/['()*]/g, escape)}`,
  );
  response.setHeader("Cache-Control", "private, no-store");
  response.setHeader("Content-Length", bytes);
  await pipeline(createReadStream(path), response);
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notFound("value");
  }
}
