/**
 * The image cells run in, made without any registry: this machine's own Node with the shared libraries it needs and
 * CA certificates (one layer), the bundled runner (a second). Tagged by content; loaded in a fraction of a second.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import Docker from "dockerode";
import { pack, type Pack } from "tar-stream";

const run = promisify(execFile);

/** Slot n runs as this uid plus n; both programs and the image's passwd agree on it. */
export const uidBase = 65001;
export const mostSlots = 64;
/** Above those that count as waiting when an attempt is launched (harness-executor.ts): more may begin to wait meanwhile. */
export const mostParkedSlots = 128;

export interface ImageEntry {
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer | undefined;
}

/** Makes sure the engine has the image; returns its tag. */
export async function ensureImage(docker: Docker, runner: string): Promise<string> {
  const layers = [await baseEntries(), await runnerEntries(runner)];
  return loadImage("heddle-runner", layers, ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"], docker);
}

/** Loads an image of these files unless the engine has it; a name without a tag gets one from its content. */
export async function loadImage(
  name: string,
  entries: readonly (readonly ImageEntry[])[],
  variables: readonly string[],
  docker = new Docker(),
): Promise<string> {
  const layers: Buffer[] = [];
  for (const layer of entries) layers.push(await toTar(layer));
  const digests = layers.map(sha256);
  const config = JSON.stringify({
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: { Env: variables, WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: digests.map((digest) => `sha256:${digest}`) },
  });
  const tag = name.includes(":") ? name : `${name}:${sha256(Buffer.from(config)).slice(0, 12)}`;
  if ((await findImageId(docker, tag)) !== undefined) return tag;
  const archive = pack();
  add(archive, { name: "config.json", mode: 0o644, content: Buffer.from(config) });
  layers.forEach((content, index) => add(archive, { name: `layer${index}.tar`, mode: 0o644, content }));
  const manifest = [{ Config: "config.json", RepoTags: [tag], Layers: layers.map((_, index) => `layer${index}.tar`) }];
  add(archive, { name: "manifest.json", mode: 0o644, content: Buffer.from(JSON.stringify(manifest)) });
  archive.finalize();
  const progress = await docker.loadImage(archive as unknown as NodeJS.ReadableStream);
  let said = "";
  for await (const chunk of progress as AsyncIterable<Buffer>) said += chunk.toString();
  if ((await findImageId(docker, tag)) === undefined) throw new Error(`The engine did not take the image ${tag}: ${said.slice(-500)}`);
  return tag;
}

/** The digest an image's name stands for now; undefined when it is not on this machine. */
export async function findImageId(docker: Docker, name: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(name).inspect()).Id;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

async function baseEntries(): Promise<ImageEntry[]> {
  const node = await realpath(process.execPath);
  const files = new Map<string, string>([["usr/local/bin/node", node]]);
  for (const path of await librariesOf(node)) files.set(path.slice(1), await realpath(path));
  const entries: ImageEntry[] = [];
  for (const [name, path] of files) entries.push({ name, mode: 0o755, content: await readFile(path) });
  const certificates = await readFile("/etc/ssl/certs/ca-certificates.crt").catch(() => undefined);
  if (certificates) entries.push({ name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, content: certificates });
  const users = Array.from(
    { length: mostSlots + mostParkedSlots },
    (_, slot) => `task${slot}:x:${uidBase + slot}:${uidBase + slot}::/tmp:/bin/false`,
  );
  entries.push({ name: "etc/passwd", mode: 0o644, content: Buffer.from(["root:x:0:0:root:/:/bin/false", ...users, ""].join("\n")) });
  const groups = users.map((_, slot) => `task${slot}:x:${uidBase + slot}:`);
  entries.push({ name: "etc/group", mode: 0o644, content: Buffer.from(["root:x:0:", ...groups, ""].join("\n")) });
  // /tmp is left out: a tmpfs over an existing folder would keep that folder's mode.
  for (const name of ["heddle/store", "heddle/data", "heddle/environment", "heddle/scratch", "heddle/socket"]) {
    entries.push({ name: `${name}/`, mode: 0o755, content: undefined });
  }
  return entries;
}

/** Shared libraries of a program, with the loader among them. */
export async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run("ldd", [program]);
  return stdout.split("\n").flatMap((line) => {
    // "libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)" or "/lib64/ld-linux-x86-64.so.2 (0x…)"
    const path = /=> (\/\S+)/.exec(line)?.[1] ?? /^\s*(\/\S+)/.exec(line)?.[1];
    return path === undefined ? [] : [path];
  });
}

async function runnerEntries(runner: string): Promise<ImageEntry[]> {
  const entries: ImageEntry[] = [];
  for (const name of ["harness.cjs", "task.cjs"]) {
    entries.push({ name: `heddle/runner/${name}`, mode: 0o644, content: await readFile(join(runner, name)) });
  }
  return entries;
}

/** The same entries give the same bytes: no times, no owners, sorted, every parent folder named. */
async function toTar(entries: readonly ImageEntry[]): Promise<Buffer> {
  const all = new Map<string, ImageEntry>();
  for (const entry of entries) {
    const parts = entry.name.split("/").slice(0, -1);
    for (let length = 1; length <= parts.length; length++) {
      const name = `${parts.slice(0, length).join("/")}/`;
      if (!all.has(name)) all.set(name, { name, mode: 0o755, content: undefined });
    }
    all.set(entry.name, entry);
  }
  const archive = pack();
  const chunks: Buffer[] = [];
  archive.on("data", (chunk: unknown) => chunks.push(chunk as Buffer));
  const done = new Promise<void>((resolve, reject) => archive.once("end", resolve).once("error", reject));
  for (const name of [...all.keys()].sort()) add(archive, all.get(name)!);
  archive.finalize();
  await done;
  return Buffer.concat(chunks);
}

function add(archive: Pack, { name, mode, content }: ImageEntry): void {
  const header = { name, mode, mtime: new Date(0), uid: 0, gid: 0 };
  if (content) archive.entry({ ...header, size: content.length }, content);
  else archive.entry({ ...header, type: "directory" });
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
