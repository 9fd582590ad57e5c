/**
 * The image cells run in, made without any registry: this machine's own Node with the shared libraries it needs and
 * CA certificates (one layer), the bundled runner (a second). Tagged by content; loaded in a fraction of a second.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { pack, type Pack } from "tar-stream";

const run = promisify(execFile);

/** Slot n runs as this uid plus n; both programs and the image's passwd agree on it. */
export const uidBase = 65001;
export const mostSlots = 64;
/** Above those that count as waiting when an attempt is launched (harness-executor.ts): more may begin to wait meanwhile. */
export const mostParkedSlots = 128;

interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer | undefined;
}

/** Makes sure the engine has the image; returns its tag. */
export async function ensureImage(docker: Docker, runner: string): Promise<string> {
  const layers = [await toTar(await baseEntries()), await toTar(await runnerEntries(runner))];
  const digests = layers.map(sha256);
  const config = JSON.stringify({
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: { Env: ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"], WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: digests.map((digest) => `sha256:${digest}`) },
  });
  const tag = `heddle-runner:${sha256(Buffer.from(config)).slice(0, 12)}`;
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
  if ((await findImageId(docker, tag)) === undefined) throw new Error(`The engine did not take the runner's image: ${said.slice(-500)}`);
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

async function baseEntries(): Promise<Entry[]> {
  const node = await realpath(process.execPath);
  const files = new Map<string, string>([["usr/local/bin/node", node]]);
  const { stdout } = await run("ldd", [node]);
  for (const line of stdout.split("\n")) {
    // "libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)" or "/lib64/ld-linux-x86-64.so.2 (0x…)"
    const path = /=> (\/\S+)/.exec(line)?.[1] ?? /^\s*(\/\S+)/.exec(line)?.[1];
    if (path) files.set(path.slice(1), await realpath(path));
  }
  const entries: Entry[] = [];
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

async function runnerEntries(runner: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of ["harness.cjs", "task.cjs"]) {
    entries.push({ name: `heddle/runner/${name}`, mode: 0o644, content: await readFile(join(runner, name)) });
  }
  return entries;
}

/** The same entries give the same bytes: no times, no owners, sorted, every parent folder named. */
async function toTar(entries: readonly Entry[]): Promise<Buffer> {
  const all = new Map<string, Entry>();
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

function add(archive: Pack, { name, mode, content }: Entry): void {
  const header = { name, mode, mtime: new Date(0), uid: 0, gid: 0 };
  if (content) archive.entry({ ...header, size: content.length }, content);
  else archive.entry({ ...header, type: "directory" });
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
