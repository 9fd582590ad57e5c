/** Files known to hold what their names say: hashed once in the life of this process, and again when they have changed since. */
import { stat } from "node:fs/promises";
import { hashOfFile } from "./check-hash";

const most = 200_000;

export class Verified {
  private readonly known = new Map<string, string>();
  private readonly checking = new Map<string, Promise<boolean | undefined>>();

  /** The file was just written from bytes that were hashed. */
  async note(path: string): Promise<void> {
    const mark = await markOf(path);
    if (mark === undefined) return;
    if (this.known.size >= most) this.known.delete(this.known.keys().next().value!);
    this.known.set(path, mark);
  }

  /** Undefined: there is no such file. */
  async check(path: string, hash: string): Promise<boolean | undefined> {
    const mark = await markOf(path);
    if (mark === undefined || this.known.get(path) === mark) return mark === undefined ? undefined : true;
    let checking = this.checking.get(path);
    if (!checking) {
      checking = this.hash(path, hash).finally(() => this.checking.delete(path));
      this.checking.set(path, checking);
    }
    return checking;
  }

  forget(path: string): void {
    this.known.delete(path);
  }

  private async hash(path: string, hash: string): Promise<boolean | undefined> {
    try {
      if ((await hashOfFile(path)) !== hash) return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    await this.note(path);
    return true;
  }
}

async function markOf(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    // Whole milliseconds: that much survives when the cache notes a use.
    return `${size} ${Math.floor(mtimeMs)} ${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
