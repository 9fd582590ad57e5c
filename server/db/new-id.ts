import crypto from "node:crypto";

const letters = "0123456789abcdefghijklmnopqrstuvwxyz";

/** 18 lower-case characters that sort by time: 9 of milliseconds, 9 of chance. */
export function newId(now = Date.now()): string {
  let chance = "";
  // 252 is the largest multiple of 36 in a byte: bytes above it would favour some letters.
  while (chance.length < 9) {
    for (const byte of crypto.randomBytes(12)) if (byte < 252 && chance.length < 9) chance += letters[byte % 36];
  }
  return now.toString(36).padStart(9, "0") + chance;
}
