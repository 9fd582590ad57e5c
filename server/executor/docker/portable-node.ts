/**
 * Our Node for images that have none, or another C library than ours: the program, its libraries and their loader in a
 * folder that is mounted into the container. Started through that loader it needs nothing of the image.
 */
import { createHash, randomBytes } from "node:crypto";
import { access, copyFile, mkdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { librariesOf } from "./image";

export interface PortableNode {
  readonly folder: string;
  /** How it is started where the folder is mounted. */
  readonly command: readonly string[];
}

export async function preparePortableNode(home: string, mountedAt: string): Promise<PortableNode> {
  const node = await realpath(process.execPath);
  const libraries = await librariesOf(node);
  const loader = libraries.find((path) => /\/ld-[^/]*\.so[^/]*$/.test(path));
  if (loader === undefined) throw new Error(`${node} has no loader of its own, which images without Node need.`);
  const { size, mtimeMs } = await stat(node);
  const id = createHash("sha256").update(`${node} ${size} ${mtimeMs} ${process.version}`).digest("hex").slice(0, 16);
  const folder = join(home, "node", id);
  const command = [`${mountedAt}/${basename(loader)}`, "--library-path", mountedAt, `${mountedAt}/node`];
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return { folder: await realpath(folder), command };
  const temporary = `${folder}-${randomBytes(4).toString("hex")}`;
  await mkdir(temporary, { recursive: true });
  await copyFile(node, join(temporary, "node"));
  for (const path of libraries) await copyFile(await realpath(path), join(temporary, basename(path)));
  // Another server of this home may have been faster.
  await rename(temporary, folder).catch(() => rm(temporary, { recursive: true, force: true }));
  return { folder: await realpath(folder), command };
}
