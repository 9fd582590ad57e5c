/** Passwords: Argon2id as OWASP asks (19 MiB, two passes, one lane), and what makes a password too easy to guess. */
import { hash, verify, type Algorithm } from "@node-rs/argon2";
import { AppError } from "../errors";
import { commonPasswords } from "./common-passwords";

/** The package has it as a const enum, which does not exist at run time. */
const argon2id = 2 as Algorithm;
const parameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"), parameters);
}

let decoy: Promise<string> | undefined;

/** Takes as long for an account without a password, or for none at all, as for one with. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword("decoy, never a password of anyone");
  const matches = await verify(stored ?? (await decoy), password.normalize("NFKC"));
  return matches && stored !== undefined;
}

/** Throws a sentence when the password may not be used. */
export function checkNewPassword(password: string, email: string): void {
  if ([...password].length < 8) throw new AppError("BAD_REQUEST", "A password needs at least 8 characters; 15 or more are better.");
  if (password.length > 128) throw new AppError("BAD_REQUEST", "A password has at most 128 characters.");
  const plain = password.toLowerCase();
  if (
    commonPasswords.has(plain) ||
    /^(.)\1*$/.test(plain) ||
    plain === email.toLowerCase() ||
    plain === email.split("@")[0]!.toLowerCase()
  ) {
    throw new AppError("BAD_REQUEST", "This password is among the first that an attacker tries. Choose another one.");
  }
}
