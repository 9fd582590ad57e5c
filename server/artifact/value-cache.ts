/**
 * The local copies of a store that is elsewhere: containers read values from a folder, so what they read is fetched into
 * it. Bounded: least recently used goes out, but never what an attempt holds. Holds are files, so that they outlive the
 * server together with the attempts, and count for every process of this home.
 */
import { mkdir, readdir, readFile, rm, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

export class ValueCache {
  private readonly pins: string;
  private bytes: number | undefined;
  private sweeping: Promise<void> | undefined;

  constructor(
    private readonly root: string,
    private readonly limitBytes: number,
  ) {
    this.pins = join(root, "holds");
  }

  /** Until `release`, these files stay. */
  async hold(holder: string, keys: readonly string[]): Promise<void> {
    await mkdir(this.pins, { recursive: true });
    await writeFile(this.pin(holder), keys.join("\n"));
  }

  async release(holder: string): Promise<void> {
    await rm(this.pin(holder), { force: true });
  }

  /** After a restart: only these attempts are still at work. */
  async releaseOthers(holders: ReadonlySet<string>): Promise<void> {
    const kept = new Set([...holders].map((holder) => encodeURIComponent(holder)));
    for (const name of await readdir(this.pins).catch(() => [])) {
      if (!kept.has(name)) await rm(join(this.pins, name), { force: true });
    }
  }

  /** The file was read: it goes out later than others. */
  async used(key: string): Promise<void> {
    const path = join(this.root, key);
    const state = await stat(path).catch(() => undefined);
    if (state) await utimes(path, new Date(), new Date(state.mtimeMs)).catch(() => undefined);
  }

  /** So many bytes came in: makes room when there are too many now. */
  async added(bytes: number): Promise<void> {
    this.bytes = (this.bytes ?? (await this.measure())) + bytes;
    if (this.bytes > this.limitBytes) await (this.sweeping ??= this.sweep().finally(() => (this.sweeping = undefined)));
  }

  private pin(holder: string): string {
    return join(this.pins, encodeURIComponent(holder));
  }

  private async measure(): Promise<number> {
    return (await this.files()).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private async sweep(): Promise<void> {
    const held = new Set<string>();
    for (const name of await readdir(this.pins).catch(() => [])) {
      for (const key of (await readFile(join(this.pins, name), "utf8").catch(() => "")).split("\n")) held.add(key);
    }
    const files = (await this.files()).sort((a, b) => a.used - b.used);
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    // Some room beyond the limit, so that the next file does not sweep again.
    const wanted = this.limitBytes * 0.9;
    for (const file of files) {
      if (bytes <= wanted) break;
      if (held.has(file.key)) continue;
      await unlink(join(this.root, file.key)).catch(() => undefined);
      bytes -= file.bytes;
    }
    this.bytes = bytes;
  }

  private async files(): Promise<{ key: string; bytes: number; used: number }[]> {
    const found: { key: string; bytes: number; used: number }[] = [];
    for (const workspace of await readdir(this.root).catch(() => [])) {
      const values = join(workspace, "values");
      for (const shard of await readdir(join(this.root, values)).catch(() => [])) {
        for (const name of await readdir(join(this.root, values, shard)).catch(() => [])) {
          const key = `${workspace}/values/${shard}/${name}`;
          const state = await stat(join(this.root, key)).catch(() => undefined);
          if (state) found.push({ key, bytes: state.size, used: state.atimeMs });
        }
      }
    }
    return found;
  }
}
