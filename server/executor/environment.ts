/**
 * The locked packages cells can import: installed once per lock file into `<home>/environments/<hash>/`, then only
 * mounted. `environment/` of the repository holds the lock.
 */
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { access, chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface InstalledEnvironment {
  readonly folder: string;
  /** Part of every cache key: SHA-256 of the lock file. */
  readonly hash: string;
  /** Names a cell can import, without those that packages brought along. */
  readonly packages: readonly string[];
}

/** Must agree with runner/task/environment.ts, whose `import()` is resolved from this file. */
const importer = `export default (name) => import(name);\n`;

export async function installEnvironment(options: {
  readonly home: string;
  /** Folder with package.json and package-lock.json. */
  readonly source: string;
  readonly log?: (message: string) => void;
}): Promise<InstalledEnvironment> {
  const { home, source, log } = options;
  const lock = await readFile(join(source, "package-lock.json"));
  const manifest = JSON.parse(await readFile(join(source, "package.json"), "utf8")) as { dependencies?: Record<string, string> };
  const hash = createHash("sha256").update(lock).digest("hex");
  const root = join(home, "environments");
  const folder = join(root, hash.slice(0, 16));
  const packages = Object.keys(manifest.dependencies ?? {}).sort();
  if (await exists(join(folder, "heddle-import.mjs"))) return { folder, hash, packages };
  log?.(`Installing ${packages.length} packages for cells (once per lock file)…`);
  await mkdir(root, { recursive: true });
  const temporary = join(root, `.${hash.slice(0, 16)}-${randomBytes(4).toString("hex")}`);
  await mkdir(temporary);
  try {
    await copyFile(join(source, "package.json"), join(temporary, "package.json"));
    await copyFile(join(source, "package-lock.json"), join(temporary, "package-lock.json"));
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], temporary);
    await writeFile(join(temporary, "heddle-import.mjs"), importer);
    await chmod(temporary, 0o755);
    // Another process may have been quicker: its folder is as good as ours.
    await rename(temporary, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      await rm(temporary, { recursive: true, force: true });
    });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return { folder, hash, packages };
}

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"], shell: process.platform === "win32" });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
    child.once("error", (error) => reject(new Error(`The packages for cells could not be installed: ${error.message}`)));
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`The packages for cells could not be installed:\n${errors}`)),
    );
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
