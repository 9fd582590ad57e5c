/**
 * What workers on other machines fetch and store over HTTP. A worker's token opens the lock of the packages; a token that was
 * made for one attempt opens that attempt's values and data files, until it ends. Both come in the Authorization header;
 * cookies open nothing here. Neighbours: handle-upgrade.ts (their socket), executor/remote/attempt-grants.ts (the tokens).
 */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import type http from "node:http";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { WorkerEnvironment } from "@/pipelines/protocol/worker";
import type { Grant } from "../executor/remote/attempt-grants";
import type { Heddle } from "../heddle";
import { findWorkerCaller } from "../workspace/api-tokens";
import { readBearer } from "./authenticate";

interface WorkerRequest {
  readonly heddle: Heddle;
  readonly grant: Grant;
  readonly hash: string;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
}

export const workerRoutePrefix = "/api/worker/";
const pattern = /^\/api\/worker\/(values|files)\/([0-9a-f]{64})$/;
const lockPattern = /^\/api\/worker\/environments\/([0-9a-f]{64})$/;
/** A body that stands still this long is given up. */
const stillMs = 60_000;

export async function handleWorkerRequest(
  heddle: Heddle,
  path: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const token = readBearer(request.headers);
  if (token === undefined) return refuse(response, 401, "A token is wanted.");
  if (path === "/api/worker/environment" && request.method === "GET") {
    if (!(await findWorkerCaller(heddle.database, token))) return refuse(response, 401, "This token is no worker's.");
    return answerEnvironment(heddle, response);
  }
  const lock = lockPattern.exec(path);
  if (lock && request.method === "GET") {
    const caller = await findWorkerCaller(heddle.database, token);
    return caller ? answerLock(heddle, caller.workspaceId, lock[1]!, response) : refuse(response, 401, "This token is no worker's.");
  }
  const found = heddle.workers.attempts.grants.find(token);
  if (found.type === "unknown") return refuse(response, 401, "This token opens nothing (any more).");
  if (found.type === "stale") return refuse(response, 409, "lease-lost");
  const match = pattern.exec(path);
  if (!match) return refuse(response, 404, "There is nothing here.");
  const order: WorkerRequest = { heddle, grant: found.grant, hash: match[2]!, request, response };
  const { socket } = request;
  const still = () => void request.destroy();
  socket.setTimeout(stillMs, still);
  // The next request comes on the same connection.
  response.once("close", () => socket.setTimeout(0).off("timeout", still));
  if (match[1] === "values" && request.method === "PUT") return takeValue(order);
  if (request.method !== "GET") return refuse(response, 405, "Nothing is changed here.");
  return match[1] === "values" ? giveValue(order) : giveFile(order);
}

async function answerEnvironment(heddle: Heddle, response: http.ServerResponse): Promise<void> {
  const lock = await readFile(join(heddle.environmentDir, "package-lock.json"));
  const manifest = await readFile(join(heddle.environmentDir, "package.json"), "utf8");
  const environment: WorkerEnvironment = {
    hash: createHash("sha256").update(lock).digest("hex"),
    manifest,
    lock: lock.toString("utf8"),
    leaseMs: heddle.workers.leaseMs,
  };
  response.setHeader("Content-Type", "application/json");
  response.setHeader("Cache-Control", "no-store");
  response.end(JSON.stringify(environment));
}

async function answerLock(heddle: Heddle, workspaceId: string, hash: string, response: http.ServerResponse): Promise<void> {
  const lock = await heddle.environments.lockOf(workspaceId, hash);
  if (!lock) return refuse(response, 404, "There is no such lock in this workspace.");
  response.setHeader("Content-Type", "application/json");
  response.setHeader("Cache-Control", "no-store");
  response.end(JSON.stringify(lock));
}

async function giveValue({ heddle, grant, hash, response }: WorkerRequest): Promise<void> {
  if (!grant.readable.has(hash)) return refuse(response, 403, "This attempt does not read that value.");
  const { values } = heddle.execution;
  if (!(await values.has(grant.workspaceId, hash))) return refuse(response, 404, "The value is not in the store.");
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader("Cache-Control", "no-store");
  await pipeline(values.stream(grant.workspaceId, hash), response).catch(() => response.destroy());
}

async function giveFile({ grant, hash, response }: WorkerRequest): Promise<void> {
  const file = grant.files.get(hash);
  if (file === undefined) return refuse(response, 403, "This attempt does not name that file.");
  const size = await stat(file).then(
    (state) => (state.isFile() ? state.size : undefined),
    () => undefined,
  );
  if (size === undefined) return refuse(response, 404, "The file is not there any more.");
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Length", size);
  await pipeline(createReadStream(file), response).catch(() => response.destroy());
}

/** Hashed while it comes in, and stored only under the hash that it was announced with. */
async function takeValue({ heddle, grant, hash, request, response }: WorkerRequest): Promise<void> {
  const announced = Number(request.headers["content-length"]);
  if (!Number.isSafeInteger(announced) || announced < 0) return refuse(response, 411, "The length is wanted.");
  const scratch = join(heddle.home.dir, "incoming");
  const name = randomBytes(12).toString("hex");
  const folder = join(scratch, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const digest = createHash("sha256");
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        digest.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(request, measure, createWriteStream(join(folder, "value"), { mode: 0o600 }));
    if (bytes !== announced || digest.digest("hex") !== hash) return refuse(response, 422, "These bytes have another hash.");
    const stored = await heddle.execution.values.take(grant.workspaceId, scratch, `${name}/value`, bytes);
    if (stored.hash !== hash) return refuse(response, 422, "These bytes have another hash.");
    // It may have ended while the bytes came in.
    if (heddle.workers.attempts.grants.of(grant.attempt) !== grant) return refuse(response, 409, "lease-lost");
    grant.written.add(hash);
    response.statusCode = 204;
    response.end();
  } catch (error) {
    const { code, reason, message } = error as { code?: string; reason?: string; message: string };
    const why = reason === "quota" || reason === "disk-full" ? reason : code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : undefined;
    // What will not be better in a moment says why: the attempt ends with that reason.
    if (!response.headersSent)
      refuse(response, why === undefined ? 500 : 507, why === undefined ? "The value could not be stored." : `${why}: ${message}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refuse(response: http.ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.setHeader("Cache-Control", "no-store");
  // What is left of a body that nobody reads must not be taken for the next request.
  if (status !== 404) response.setHeader("Connection", "close");
  response.end(`${text}\n`);
}
