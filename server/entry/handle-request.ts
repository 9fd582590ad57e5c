/**
 * The request entry: every HTTP request comes in here. Deny by default: a path is public because it is listed, or it asks
 * for a signed-in caller. Neighbours: request-guard.ts, authenticate.ts, security-headers.ts; handle-upgrade.ts for sockets.
 */
import type http from "node:http";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { AppError, internalMessage } from "../errors";
import type { Heddle } from "../heddle";
import { appRouter } from "../router";
import type { Caller, Context } from "../trpc";
import { authenticate, readSessionToken, sessionCookie } from "./authenticate";
import {
  checkHost,
  checkJson,
  checkOrigin,
  isLocal,
  originOfHost,
  remoteAddress,
  stripForeignHeaders,
  type Refusal,
} from "./request-guard";
import { dataPolicy, newNonce, pagePolicy, setSecurityHeaders } from "./security-headers";
import { findDataRoute } from "./data-routes";
import { answerUpload, checkBytes, isUpload, mostUploadMs } from "./upload-route";
import { handleWorkerRequest, workerRoutePrefix } from "./worker-routes";

/** Next's request handler; undefined where no pages are served. */
export type PageHandler = (request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>;

export interface EntryOptions {
  readonly heddle: Heddle;
  readonly pages: PageHandler | undefined;
  readonly dev: boolean;
  /** Why the server cannot serve yet or any more; undefined when it can. */
  readiness(): Promise<string | undefined>;
}

export const maxBodyBytes = 20 * 1024 * 1024;
const mostBodyMs = 120_000;

/** Exact paths that answer without a sign-in. */
export const publicPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/sign-in", "/sign-in/link", "/icon.svg", "/favicon.ico"]);
/** The pages' scripts and styles, as built. In development Next's own development resources too. */
const publicPrefixes = (dev: boolean) => (dev ? ["/_next/", "/__nextjs"] : ["/_next/static/"]);

export async function handleRequest(options: EntryOptions, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  try {
    await route(options, request, response);
  } catch (error) {
    if (error instanceof AppError) return answer(response, getHTTPStatusCodeFromError(error), error.message);
    const message = internalMessage(error, { path: request.url?.split("?")[0] });
    if (response.headersSent) response.destroy();
    else answer(response, 500, message);
  }
}

async function route(options: EntryOptions, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const { heddle, dev } = options;
  const path = readPath(request);
  setSecurityHeaders(response, dataPolicy, heddle.env.publicUrl?.protocol === "https:");
  if (path === undefined) return answer(response, 400, "This is no path.");
  if (path === "/healthz") return answer(response, 200, "ok");
  if (path === "/readyz") {
    const fault = await options.readiness();
    return answer(response, fault === undefined ? 200 : 503, fault ?? "ready");
  }
  if (path.startsWith(workerRoutePrefix)) {
    const stranger = checkHost(heddle.env, request);
    return stranger ? refuse(response, stranger) : handleWorkerRequest(heddle, path, request, response);
  }
  const upload = isUpload(request, path);
  limitTime(request, upload ? mostUploadMs : mostBodyMs);
  const refusal =
    checkHost(heddle.env, request) ??
    (isSafe(request) ? undefined : (checkOrigin(heddle.env, request) ?? (upload ? checkBytes(request) : checkJson(request))));
  if (refusal) return refuse(response, refusal);

  const local = isLocal(request);
  const address = remoteAddress(heddle.env, request);
  stripForeignHeaders(request);
  const caller = await authenticate(heddle.database, request.headers);

  if (path.startsWith("/api/trpc/")) {
    if (namesSubscription(path)) return answer(response, 405, "Subscriptions go over the socket at /api/live.");
    return nodeHTTPRequestHandler({
      router: appRouter,
      req: request,
      res: response,
      path: path.slice("/api/trpc/".length),
      maxBodySize: maxBodyBytes,
      createContext: (): Context => {
        response.setHeader("Cache-Control", "no-store");
        return {
          heddle,
          caller,
          request: {
            transport: "http",
            address,
            local,
            userAgent: request.headers["user-agent"],
            sessionToken: readSessionToken(request.headers),
            setSessionToken: (token) => response.setHeader("Set-Cookie", sessionCookie(token)),
          },
        };
      },
    });
  }
  const isPublic = publicPaths.has(path) || publicPrefixes(dev).some((prefix) => path.startsWith(prefix));
  if (!isPublic && !caller) return refuseStranger(request, response, path);
  if (upload) return answerUpload(heddle, memberOf(caller), path, request, response);
  if (!isSafe(request)) return answer(response, 405, "Nothing is changed here.");
  const data = findDataRoute(path);
  if (data) {
    const search = new URL(request.url ?? "", "http://x").searchParams;
    return data({ heddle, caller: memberOf(caller), search, response });
  }
  if (path.startsWith("/api/")) return answer(response, 404, "There is nothing here.");
  if (!options.pages) return answer(response, 404, "This server was started without pages.");

  const nonce = newNonce();
  const policy = pagePolicy({ nonce, host: request.headers.host ?? "", dev });
  response.setHeader("Content-Security-Policy", policy);
  // Next puts the nonce it finds here on its own scripts; our layout takes it from x-nonce.
  request.headers["content-security-policy"] = policy;
  request.headers["x-nonce"] = nonce;
  const origin = originOfHost(heddle.env, request.headers.host)!;
  request.headers["x-forwarded-proto"] = origin.protocol.slice(0, -1);
  if (!path.startsWith("/_next/static/")) response.setHeader("Cache-Control", "no-store");
  await options.pages(request, response);
}

/** What a page or a program sends is small; only a worker's values may take their time. */
function limitTime(request: http.IncomingMessage, most: number): void {
  if (isSafe(request)) return;
  const timer = setTimeout(() => request.destroy(), most);
  request.once("close", () => clearTimeout(timer));
  request.once("end", () => clearTimeout(timer));
}

/** They would be answered as an endless stream, which has begun with 200 before anyone asks who is there. */
function namesSubscription(path: string): boolean {
  const procedures = appRouter._def.procedures as unknown as Record<string, { readonly _def: { readonly type: string } } | undefined>;
  return decodeURIComponent(path.slice("/api/trpc/".length))
    .split(",")
    .some((name) => Object.hasOwn(procedures, name) && procedures[name]?._def.type === "subscription");
}

function memberOf(caller: Caller | undefined): Caller {
  if (!caller) throw new Error("A data route was reached without a caller.");
  return caller;
}

/** Decoded once and normal: no dot segments, no double slashes, no encoded separators, so that no two parts of us read it differently. */
function readPath(request: http.IncomingMessage): string | undefined {
  const raw = (request.url ?? "").split("?")[0]!;
  if (!raw.startsWith("/") || raw.includes("//") || raw.includes("\\") || /%2f|%5c|%00/i.test(raw)) return undefined;
  if (/%(?![0-9a-f]{2})/i.test(raw)) return undefined;
  const path = URL.canParse(raw, "http://x") ? new URL(raw, "http://x").pathname : undefined;
  return path === raw ? path : undefined;
}

function isSafe(request: http.IncomingMessage): boolean {
  return request.method === "GET" || request.method === "HEAD";
}

/** A person who follows a link is sent to the sign-in; a program is told. */
function refuseStranger(request: http.IncomingMessage, response: http.ServerResponse, path: string): void {
  const navigation =
    request.method === "GET" &&
    request.headers["sec-fetch-mode"] !== "cors" &&
    request.headers.rsc === undefined &&
    (request.headers.accept ?? "").includes("text/html") &&
    !path.startsWith("/api/") &&
    !path.startsWith("/_next/");
  if (!navigation) return answer(response, 401, "Sign in first.");
  response.statusCode = 303;
  response.setHeader("Location", path === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(path)}`);
  response.setHeader("Cache-Control", "no-store");
  response.end();
}

function refuse(response: http.ServerResponse, refusal: Refusal): void {
  response.setHeader("Connection", "close");
  answer(response, refusal.status, refusal.message);
}

export function answer(response: http.ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.setHeader("Cache-Control", "no-store");
  response.end(`${text}\n`);
}
