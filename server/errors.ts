/** Failures that a caller is told about, and the one place where errors become answers. Neighbour: trpc.ts, which asks it for the words. */
import crypto from "node:crypto";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { errorFields, log } from "./log";

export type AppErrorCode =
  | "NOT_FOUND"
  | "CONFLICT"
  | "BAD_REQUEST"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "TOO_MANY_REQUESTS"
  | "PAYLOAD_TOO_LARGE"
  | "SERVICE_UNAVAILABLE";

/** The message is a sentence for people: what is wrong and what to do. */
export class AppError extends TRPCError {
  constructor(code: AppErrorCode, message: string) {
    super({ code, message });
    this.name = "AppError";
  }
}

/** What lies in another workspace does not exist for the caller. */
export function notFound(what: string): AppError {
  return new AppError("NOT_FOUND", `There is no such ${what} in this workspace.`);
}

/** The text an answer carries. What we did not foresee is logged under an id; only the id leaves the server. */
export function publicMessage(error: TRPCError, path: string | undefined): string {
  if (error.cause instanceof z.ZodError) return z.prettifyError(error.cause);
  if (error.code !== "INTERNAL_SERVER_ERROR") return error.message;
  return internalMessage(error.cause ?? error, { path });
}

export function internalMessage(error: unknown, fields: Readonly<Record<string, unknown>>): string {
  const id = crypto.randomBytes(6).toString("hex");
  log("error", "internal error", { id, ...fields, ...errorFields(error) });
  return `Something went wrong in Heddle (id ${id}).`;
}
