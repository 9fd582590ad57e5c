/**
 * The files of a workspace that its notebooks read as `data/<name>`. Nothing that a browser says becomes a path before it was
 * checked here: names have no separators and no leading dots, what is read lies inside the folder after all links were
 * followed, and what is written appears whole or not at all.
 */
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError, notFound } from "../errors";

export interface DataFile {
  /** As cells name it: below `data/`. */
  readonly path: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly modified: string;
}

export const mostUploadBytes = 2 * 1024 ** 3;
const mostListed = 5000;
const trashDays = 7;

/** Why a file cannot be called so; undefined: it can. */
export function nameFault(name: string): string | undefined {
  if (name === "" || name.length > 200) return "A file's name has 1 to 200 characters.";
  if (name.startsWith(".")) return "A file's name cannot begin with a dot.";
  if (!/^[\p{L}\p{M}\p{N} _.()+@,=&'-]+$/u.test(name) || name !== name.trim()) {
    return `“${name.slice(0, 80)}” cannot be a file's name: use letters, digits, spaces and . _ - ( ) + @ , = & '.`;
  }
  return undefined;
}

/** Every file below the folder, by path. Links that lead out of it are left out. */
export async function listDataFiles(folder: string): Promise<readonly DataFile[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const files: DataFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || files.length >= mostListed) continue;
    const file = path.join(entry.parentPath, entry.name);
    const stat = await fs.stat(file).catch(() => undefined);
    if (stat) files.push({ path: path.relative(folder, file), bytes: stat.size, modified: stat.mtime.toISOString() });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where a file lies that somebody named. */
export async function findDataFile(folder: string, name: string): Promise<{ path: string; bytes: number; modified: number }> {
  const missing = () => notFound("data file");
  if (name.includes("\0") || path.isAbsolute(name)) throw missing();
  const root = await fs.realpath(folder);
  const file = await fs.realpath(path.resolve(root, name)).catch(() => undefined);
  if (file === undefined || !file.startsWith(root + path.sep)) throw missing();
  const stat = await fs.stat(file);
  if (!stat.isFile()) throw missing();
  return { path: file, bytes: stat.size, modified: stat.mtimeMs };
}

export interface Upload {
  readonly folder: string;
  /** On the same disk as the folder, and not inside it: half a file is no data. */
  readonly incoming: string;
  readonly name: string;
  readonly overwrite: boolean;
  readonly body: Readable;
  readonly mostBytes?: number;
}

export async function takeUpload({ folder, incoming, name, overwrite, body, mostBytes = mostUploadBytes }: Upload): Promise<DataFile> {
  const fault = nameFault(name);
  if (fault !== undefined) throw new AppError("BAD_REQUEST", fault);
  const target = path.join(folder, name);
  const exists = () => new AppError("CONFLICT", `There is a file “${name}” already. Replace it, or give this one another name.`);
  const there = await fs.lstat(target).catch(() => undefined);
  if (there && !there.isFile()) throw new AppError("CONFLICT", `“${name}” is no plain file on the server: it is left as it is.`);
  if (there && !overwrite) throw exists();
  await fs.mkdir(incoming, { recursive: true, mode: 0o700 });
  const temporary = path.join(incoming, randomBytes(12).toString("hex"));
  try {
    let bytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > mostBytes) done(new AppError("PAYLOAD_TOO_LARGE", `A file may have ${Math.floor(mostBytes / 1024 ** 2)} MB at most.`));
        else done(null, chunk);
      },
    });
    await pipeline(body, count, createWriteStream(temporary, { flags: "wx", mode: 0o644, flush: true }));
    await fs.chmod(temporary, 0o644);
    if (overwrite) await fs.rename(temporary, target);
    else {
      // A link, unlike a rename, never replaces what somebody else has just put there.
      await fs.link(temporary, target).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "EEXIST" ? exists() : error;
      });
    }
    const stat = await fs.stat(target);
    return { path: name, bytes: stat.size, modified: stat.mtime.toISOString() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw new AppError("SERVICE_UNAVAILABLE", "The server's disk is full.");
    throw error;
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

/** Takes a file away; the id brings it back for some days. */
export async function removeDataFile(folder: string, trash: string, name: string): Promise<{ trashId: string }> {
  const found = await findDataFile(folder, name);
  await emptyTrash(trash);
  const trashId = randomBytes(12).toString("hex");
  const place = path.join(trash, trashId);
  await fs.mkdir(place, { recursive: true, mode: 0o700 });
  await fs.writeFile(path.join(place, "name"), path.relative(await fs.realpath(folder), found.path));
  await fs.rename(found.path, path.join(place, "file"));
  return { trashId };
}

export async function restoreDataFile(folder: string, trash: string, trashId: string): Promise<DataFile> {
  if (!/^[0-9a-f]{24}$/.test(trashId)) throw notFound("data file");
  const place = path.join(trash, trashId);
  const name = await fs.readFile(path.join(place, "name"), "utf8").catch(() => undefined);
  if (name === undefined) throw notFound("data file");
  const target = path.join(folder, name);
  await fs.mkdir(path.dirname(target), { recursive: true });
  await fs.link(path.join(place, "file"), target).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? new AppError("CONFLICT", `There is another file “${name}” by now.`) : error;
  });
  await fs.rm(place, { recursive: true, force: true });
  const stat = await fs.stat(target);
  return { path: name, bytes: stat.size, modified: stat.mtime.toISOString() };
}

async function emptyTrash(trash: string): Promise<void> {
  const oldest = Date.now() - trashDays * 86_400_000;
  for (const name of await fs.readdir(trash).catch(() => [])) {
    const place = path.join(trash, name);
    const stat = await fs.stat(place).catch(() => undefined);
    if (stat && stat.mtimeMs < oldest) await fs.rm(place, { recursive: true, force: true });
  }
}
