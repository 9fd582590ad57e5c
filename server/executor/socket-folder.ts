/** A folder for one harness's socket: only this user may enter, and its path fits the 107 bytes a socket may have. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

const longest = 100;

export async function socketFolder(home: string, name: string): Promise<string> {
  const folder = socketPath(home, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

export function socketPath(home: string, name: string): string {
  const wanted = join(home, "sockets", name);
  if (Buffer.byteLength(wanted) + 2 <= longest) return wanted;
  const short = createHash("sha256").update(home).digest("hex").slice(0, 8);
  return join(tmpdir(), `heddle-${userInfo().uid}-${short}`, name);
}
