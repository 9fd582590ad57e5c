/**
 * POST /api/data/<name>[?overwrite=1]: a file for the workspace's data folder, as it is. Bytes of a type that no form of
 * another site can send; the Origin is checked before (handle-request.ts), the name in data/data-folder.ts.
 */
import type http from "node:http";
import { takeUpload } from "../data/data-folder";
import { uploadFolders } from "../data/router";
import { AppError } from "../errors";
import type { Heddle } from "../heddle";
import { log } from "../log";
import { roles, type Caller } from "../trpc";
import type { Refusal } from "./request-guard";

const pattern = /^\/api\/data\/([^/]{1,600})$/;
/** Slow lines send large files. */
export const mostUploadMs = 30 * 60_000;

export function isUpload(request: http.IncomingMessage, path: string): boolean {
  return request.method === "POST" && pattern.test(path);
}

export function checkBytes(request: http.IncomingMessage): Refusal | undefined {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return type === "application/octet-stream"
    ? undefined
    : { status: 415, message: "Send the file's bytes with the content type application/octet-stream." };
}

export async function answerUpload(
  heddle: Heddle,
  caller: Caller,
  path: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  if (roles.indexOf(caller.role) > roles.indexOf("editor")) {
    throw new AppError("FORBIDDEN", `This needs the role editor in the workspace; yours is ${caller.role}.`);
  }
  let name: string;
  try {
    name = decodeURIComponent(pattern.exec(path)![1]!);
  } catch {
    throw new AppError("BAD_REQUEST", "This is no name of a file.");
  }
  const { workspaceId, userId } = caller;
  const { folder, incoming } = uploadFolders(heddle, workspaceId);
  const overwrite = new URL(request.url ?? "", "http://x").searchParams.get("overwrite") === "1";
  try {
    const file = await takeUpload({ folder, incoming, name, overwrite, body: request });
    log("info", "data file uploaded", { workspaceId, userId, path: file.path, bytes: file.bytes, overwrite });
    response.setHeader("Content-Type", "application/json");
    response.setHeader("Cache-Control", "no-store");
    response.end(JSON.stringify(file));
  } catch (error) {
    log("warn", "data file refused", {
      workspaceId,
      userId,
      path: name.slice(0, 200),
      why: error instanceof Error ? error.message : String(error),
    });
    // What is not read any more must not keep the line open.
    response.setHeader("Connection", "close");
    throw error;
  }
}
