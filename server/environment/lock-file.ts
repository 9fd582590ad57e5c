/** A lock, read and judged: only packages of a registry, each with the hash of its bytes. Neighbours: resolve-lock.ts, install-lock.ts. */
import { createHash } from "node:crypto";
import { z } from "zod";

export interface Lock {
  /** SHA-256 of `lock`: the environment's name everywhere, and part of every cache key. */
  readonly hash: string;
  /** package.json, as text. */
  readonly manifest: string;
  /** package-lock.json, as text. */
  readonly lock: string;
}

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
}

const lockSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      inBundle: z.boolean().optional(),
      optional: z.boolean().optional(),
      peer: z.boolean().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
      peerDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
export type LockFile = z.infer<typeof lockSchema>;

export const mostLockedPackages = 3000;

export function hashLock(lock: string): string {
  return createHash("sha256").update(lock).digest("hex");
}

export function readLockFile(lock: string): LockFile {
  return lockSchema.parse(JSON.parse(lock));
}

/** Why a lock is not installed; undefined: it may be. */
export function findLockFault(file: LockFile): string | undefined {
  const entries = Object.entries(file.packages).filter(([place]) => place !== "");
  if (entries.length > mostLockedPackages)
    return `With all that they need these are ${entries.length} packages, and ${mostLockedPackages} are allowed. Ask for fewer, or smaller ones.`;
  for (const [place, entry] of entries) {
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    if (!/^node_modules\/(?:@?[\w.~-]+\/)*@?[\w.~-]+$/.test(place) || place.split("/").includes(".."))
      return `“${place}” is no package of the registry. Only those can be installed: choose another package.`;
    if (entry.inBundle) continue;
    // Locks are made without addresses: one that stands there is of a folder, of git or of some server.
    if (entry.link || entry.resolved !== undefined || entry.integrity === undefined) {
      return `“${name}” does not come from a registry but from somewhere else (${entry.resolved ?? "a folder"}). Only packages of the registry can be installed: choose another one.`;
    }
  }
  return undefined;
}

/** What cells can import by name, with the locked version of each. */
export function readTopPackages(file: LockFile): readonly LockedPackage[] {
  return Object.keys(file.packages[""]?.dependencies ?? {})
    .flatMap((name) => {
      const version = file.packages[`node_modules/${name}`]?.version;
      return version === undefined ? [] : [{ name, version }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** How many packages are fetched for it on this machine, about. */
export function countPackages(file: LockFile): number {
  return Object.entries(file.packages).filter(([place, entry]) => place !== "" && !entry.inBundle && !entry.link).length;
}
