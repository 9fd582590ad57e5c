/**
 * The base: packages that every notebook can import, installed once per lock file into `<home>/environments/<hash>/`, then
 * only mounted. `environment/` of the repository holds the lock. Neighbour: ../environment (what notebooks add to it).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { environmentFolder, installLock, isInstalled } from "../environment/install-lock";
import { hashLock } from "../environment/lock-file";
import { HarnessStartError, type HarnessSpec } from "./harness-host";

export interface InstalledEnvironment {
  readonly folder: string;
  /** Part of every cache key: SHA-256 of the lock file. */
  readonly hash: string;
  /** Names a cell can import, without those that packages brought along. */
  readonly packages: readonly string[];
}

export type EnvironmentFolder = (workspaceId: string, hash: string) => Promise<string>;

/** What the processes of a harness import from. */
export async function findEnvironmentFolder(
  {
    environment,
    environmentFolder,
  }: { readonly environment: InstalledEnvironment; readonly environmentFolder?: EnvironmentFolder | undefined },
  { scope, resources }: HarnessSpec,
): Promise<string> {
  const wanted = resources.environment;
  if (wanted === undefined || wanted === environment.hash) return environment.folder;
  if (!environmentFolder) throw new HarnessStartError("environment", false, "Notebooks have no packages of their own here.");
  return environmentFolder(scope.workspaceId, wanted);
}

export async function installEnvironment(options: {
  readonly home: string;
  /** Folder with package.json and package-lock.json. */
  readonly source: string;
  readonly log?: (message: string) => void;
}): Promise<InstalledEnvironment> {
  const { home, source, log } = options;
  const lock = await readFile(join(source, "package-lock.json"), "utf8");
  const manifest = await readFile(join(source, "package.json"), "utf8");
  const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> };
  const hash = hashLock(lock);
  const root = join(home, "environments");
  const packages = Object.keys(dependencies).sort();
  const folder = environmentFolder(root, hash);
  if (await isInstalled(folder)) return { folder, hash, packages };
  log?.(`Installing ${packages.length} packages for cells (once per lock file)…`);
  try {
    return { folder: await installLock({ root, lock: { hash, manifest, lock } }), hash, packages };
  } catch (error) {
    throw new Error(`The packages for cells could not be installed: ${(error as Error).message}`);
  }
}
