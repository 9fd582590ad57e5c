/**
 * Which server process a harness belongs to, one small file each: a second Heddle on the same home (the command line
 * beside a server, say) must neither adopt nor remove what the first one uses. A dead owner is no owner.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "./process-identity";

export class HarnessOwners {
  private readonly folder: string;

  constructor(home: string) {
    this.folder = join(home, "owners");
  }

  async claim(name: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeFile(join(this.folder, name), JSON.stringify(identify(process.pid)), { mode: 0o600 });
  }

  /** Whether another process that is alive owns it. */
  async isForeign(name: string): Promise<boolean> {
    try {
      const owner = JSON.parse(await readFile(join(this.folder, name), "utf8")) as ProcessIdentity;
      return owner.pid !== process.pid && isAlive(owner);
    } catch {
      return false;
    }
  }

  async release(name: string): Promise<void> {
    await rm(join(this.folder, name), { force: true });
  }
}
