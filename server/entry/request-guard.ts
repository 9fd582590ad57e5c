/**
 * What is true of every request before anyone asks who made it: it was meant for this server (Host), it was made by one of
 * our own pages or by a program (Origin), and it carries no header that Next or a proxy would take for its own.
 */
import type http from "node:http";
import { isLoopbackName, type Env } from "../env";

export interface Refusal {
  readonly status: 400 | 403 | 415;
  readonly message: string;
}

/** Headers with a meaning inside Next or behind a proxy, which nobody outside may set. */
const foreignHeaders = [
  "next-action",
  "next-hmr-refresh",
  "content-security-policy",
  "content-security-policy-report-only",
  "x-nonce",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-original-url",
  "x-rewrite-url",
  "x-http-method-override",
  "forwarded",
];

export function stripForeignHeaders(request: http.IncomingMessage): void {
  for (const name of Object.keys(request.headers)) {
    if (
      foreignHeaders.includes(name) ||
      name.startsWith("x-middleware-") ||
      name.startsWith("x-invoke-") ||
      name.startsWith("x-now-") ||
      name.startsWith("x-matched-") ||
      name.startsWith("x-next") ||
      name.startsWith("x-vercel-")
    ) {
      delete request.headers[name];
    }
  }
}

/** The origin this request was meant for; undefined when its Host is none of ours (another name may be DNS rebinding). */
export function originOfHost(env: Env, host: string | undefined): URL | undefined {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host)) return undefined;
  if (env.publicUrl && host.toLowerCase() === env.publicUrl.host) return new URL(env.publicUrl.origin);
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  return url && isLoopbackName(url.hostname) ? url : undefined;
}

export function checkHost(env: Env, request: http.IncomingMessage): Refusal | undefined {
  if (originOfHost(env, request.headers.host)) return undefined;
  return {
    status: 400,
    message:
      "Heddle answers to localhost and 127.0.0.1 only, because sign-in cookies must not travel over plain http. To reach it by another " +
      "name put an https proxy in front of it and start Heddle with HEDDLE_URL=https://that-name.",
  };
}

/**
 * For whatever changes something, and for sockets. Browsers always name the origin then; a program with a token names none.
 * Without a token a missing origin is refused: it could be anyone.
 */
export function checkOrigin(env: Env, request: http.IncomingMessage): Refusal | undefined {
  const origin = request.headers.origin;
  if (origin === undefined && request.headers.authorization !== undefined) return undefined;
  if (origin !== undefined && origin === originOfHost(env, request.headers.host)?.origin) return undefined;
  return { status: 403, message: "This request was not made by a page of Heddle (its Origin differs)." };
}

export function checkJson(request: http.IncomingMessage): Refusal | undefined {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return type === "application/json" ? undefined : { status: 415, message: "Send JSON with the content type application/json." };
}

/** True when the request came from this machine itself: no proxy spoke for anyone. */
export function isLocal(request: http.IncomingMessage): boolean {
  const host = request.headers.host;
  return (
    isLoopbackAddress(request.socket.remoteAddress) &&
    host !== undefined &&
    URL.canParse(`http://${host}`) &&
    isLoopbackName(new URL(`http://${host}`).hostname) &&
    request.headers["x-forwarded-for"] === undefined
  );
}

/** Behind our own proxy on this machine the last address it wrote down; otherwise the peer's. */
export function remoteAddress(env: Env, request: http.IncomingMessage): string {
  const peer = request.socket.remoteAddress ?? "unknown";
  const forwarded = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")
    .at(-1)
    ?.trim();
  return env.publicUrl && isLoopbackAddress(peer) && forwarded ? forwarded : peer;
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && (address === "::1" || /^(::ffff:)?127\./.test(address));
}
