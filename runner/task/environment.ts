/** Imports of cells, resolved from the environment's folder as if the cell's text stood there. */
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Extensions } from "../values/extensions";

/** Name of the file (made with the environment) whose `import()` resolves from that folder. */
export const importerFile = "heddle-import.mjs";

export type Namespace = Record<string, unknown>;

export class ImportFailure extends Error {
  override readonly name = "ImportError";
}

export class Environment {
  readonly extensions = new Extensions();
  private importer: Promise<(module: string) => Promise<Namespace>> | undefined;
  private readonly modules = new Map<string, Namespace>();
  private fresh: string[] = [];
  private listener: (() => void) | undefined;

  constructor(private readonly folder: string) {}

  async load(module: string): Promise<Namespace> {
    const known = this.modules.get(module);
    if (known) return known;
    if (module.startsWith(".") || module.startsWith("/") || module.startsWith("file:")) {
      throw new ImportFailure(
        `A cell cannot import the file "${module}": a notebook is one file. Put the code in a cell, or its data in the data folder.`,
      );
    }
    const namespace = isBuiltin(module) ? ((await import(module)) as Namespace) : await this.fromFolder(module);
    this.modules.set(module, namespace);
    this.fresh.push(module);
    this.extensions.learn(module, namespace);
    this.listener?.();
    return namespace;
  }

  /** Calls back after each module that was imported for the first time; returns how to stop that. */
  onLoaded(listener: () => void): () => void {
    this.listener = listener;
    return () => {
      this.listener = undefined;
    };
  }

  async loadExport(module: string, name: string): Promise<unknown> {
    const namespace = await this.load(module);
    const fallback = namespace.default;
    const members =
      (typeof fallback === "object" && fallback !== null) || typeof fallback === "function" ? (fallback as Namespace) : undefined;
    if (name === "*") return members && isCommonJs(namespace, members) ? members : namespace;
    if (name === "default") return "default" in namespace ? fallback : namespace;
    if (name in namespace) return namespace[name];
    // A CommonJS module whose exports Node could not tell beforehand.
    if (members && name in members) return members[name];
    const names = [...new Set([...Object.keys(namespace), ...(members ? Object.keys(members) : [])])].filter((each) => each !== "default");
    const near = names.filter((each) => each.toLowerCase().includes(name.toLowerCase()) || name.toLowerCase().includes(each.toLowerCase()));
    const offer = near.length > 0 ? near : names;
    throw new ImportFailure(
      `The package "${module}" has no export called "${name}". It has ${offer.slice(0, 8).join(", ") || "no named exports"}${offer.length > 8 ? ", …" : ""}.`,
    );
  }

  /** Modules imported for the first time since the last call. */
  takeFresh(): string[] {
    const fresh = this.fresh;
    this.fresh = [];
    return fresh;
  }

  private async fromFolder(module: string): Promise<Namespace> {
    this.importer ??= import(pathToFileURL(join(this.folder, importerFile)).href).then(
      (loaded: { default: (module: string) => Promise<Namespace> }) => loaded.default,
    );
    try {
      return await (
        await this.importer
      )(module);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if ((code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") && message.includes(`'${packageOf(module)}'`)) {
        throw new ImportFailure(
          `The package "${packageOf(module)}" is not in this environment. Add it under Packages (or to the dependencies of the front matter), or import one that is.`,
        );
      }
      if (code === "ERR_PACKAGE_PATH_NOT_EXPORTED" || code === "ERR_MODULE_NOT_FOUND") {
        throw new ImportFailure(`The package "${packageOf(module)}" has no module "${module}". ${message.split("\n")[0]}`);
      }
      throw error;
    }
  }
}

function packageOf(module: string): string {
  const parts = module.split("/");
  return module.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]!;
}

/** Node gives a CommonJS module's `module.exports` as default and copies what names it can tell. */
function isCommonJs(namespace: Namespace, members: Namespace): boolean {
  return Object.keys(namespace).every((name) => name === "default" || name === "module.exports" || name in members);
}
