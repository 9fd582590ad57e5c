/** Reference tokens: 256 random bits that stand for a row. Only their SHA-256 is kept, so a copy of the database opens nothing. */
import crypto from "node:crypto";

export function newSecretToken(prefix = ""): { readonly token: string; readonly hash: string } {
  const token = prefix + crypto.randomBytes(32).toString("base64url");
  return { token, hash: hashSecretToken(token) };
}

export function hashSecretToken(token: string): string {
  return crypto.createHash("sha256").update(token).digest("hex");
}
