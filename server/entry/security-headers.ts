/** Headers of every answer. Pages run only scripts that carry the nonce of their own answer, and what those load. */
import crypto from "node:crypto";
import type http from "node:http";

export function newNonce(): string {
  return crypto.randomBytes(18).toString("base64");
}

export function pagePolicy(options: { readonly nonce: string; readonly host: string; readonly dev: boolean }): string {
  const { nonce, host, dev } = options;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    // Safari does not count a socket of the same host as 'self'.
    `connect-src 'self' ws://${host} wss://${host}`,
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** For answers that are no pages. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/** For HTML that user code made: an origin of its own, no network, scripts of its own text only. */
export const displayPolicy =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; frame-ancestors 'self'";

export function setSecurityHeaders(response: http.ServerResponse, policy: string, https: boolean): void {
  response.setHeader("Content-Security-Policy", policy);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "same-origin");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
  if (https) response.setHeader("Strict-Transport-Security", "max-age=31536000");
}
