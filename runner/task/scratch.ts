/**
 * The folder of one task process: `<scratch>/<name>/cwd` is the cell's working directory, with `data` in it, and
 * values too large for a message lie beside it until the server has stored them.
 */
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, symlinkSync, unlinkSync, writevSync, writeSync } from "node:fs";
import { join } from "node:path";

export class Scratch {
  readonly name = `p${process.pid}-${randomBytes(4).toString("hex")}`;
  readonly cwd: string;
  private readonly folder: string;
  private files = 0;

  constructor(
    private readonly root: string,
    data: string,
  ) {
    this.folder = join(root, this.name);
    this.cwd = join(this.folder, "cwd");
    // Others may pass through (the server reads values here), none may list.
    mkdirSync(this.folder, { mode: 0o711 });
    mkdirSync(this.cwd, { mode: 0o700 });
    if (data) symlinkSync(data, join(this.cwd, "data"));
  }

  /** Returns the file's name as the server knows it. */
  write(chunks: readonly Uint8Array[]): string {
    const file = `v${this.files++}`;
    const fd = openSync(join(this.folder, file), "wx", 0o644);
    try {
      writeAll(fd, chunks);
    } finally {
      closeSync(fd);
    }
    return `${this.name}/${file}`;
  }

  reserve(): { path: string; file: string } {
    const file = `v${this.files++}`;
    return { path: join(this.folder, file), file: `${this.name}/${file}` };
  }

  remove(files: readonly string[]): void {
    for (const file of files) {
      if (file.startsWith(`${this.name}/v`)) {
        try {
          unlinkSync(join(this.folder, file.slice(this.name.length + 1)));
        } catch {
          // Gone already.
        }
      }
    }
  }

  /** Removes what a dead process left behind. */
  sweep(folder: string): void {
    try {
      rmSync(join(this.root, folder), { recursive: true, force: true });
    } catch {
      // It goes with the whole scratch folder.
    }
  }

  /** Takes away what the last attempt left in the working directory. */
  reset(): void {
    for (const entry of readdirSync(this.cwd)) {
      if (entry !== "data") rmSync(join(this.cwd, entry), { recursive: true, force: true });
    }
  }
}

function writeAll(fd: number, chunks: readonly Uint8Array[]): void {
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (chunks.length <= 512 && total < 2 ** 30 && writevSync(fd, chunks as Uint8Array[], 0) === total) return;
  let position = 0;
  for (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      at += writeSync(fd, chunk, at, Math.min(chunk.length - at, 2 ** 30), position + at);
    }
    position += chunk.length;
  }
}
