/** What a page is told of files: names of packages and of cells, never where they lie on this machine. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface Places {
  /** Folder of the session. */
  readonly root: string;
  readonly environment: string | undefined;
  readonly libraries: string;
  readonly types: string;
  /** Folders whose names stay here, whatever is in them. */
  readonly secret: readonly string[];
}

export type Target =
  { readonly type: "cell"; readonly file: string } | { readonly type: "readable"; readonly module: string; readonly path: string };

export class Scrubber {
  private readonly open: readonly { readonly folder: string; readonly shown: string }[];
  private readonly cells: string;

  constructor(private readonly places: Places) {
    const { environment, libraries, types, root } = places;
    this.cells = path.join(root, "cells");
    const modules = environment === undefined ? [] : [path.join(environment, "node_modules"), path.join(root, "node_modules")];
    this.open = [
      ...modules.flatMap(withReal).map((folder) => ({ folder, shown: "" })),
      ...withReal(types).map((folder) => ({ folder, shown: "@types/" })),
      { folder: libraries, shown: "typescript/" },
    ];
  }

  /** Which cell or which readable declaration a file is; undefined for everything else on this machine. */
  target(uri: string): Target | undefined {
    let file: string;
    try {
      file = path.normalize(fileURLToPath(uri));
    } catch {
      return undefined;
    }
    if (path.dirname(file) === this.cells && /^[\w.]+\.ts$/.test(path.basename(file)))
      return { type: "cell", file: path.basename(file, ".ts") };
    if (file === path.join(this.places.root, "heddle.ts")) return { type: "readable", module: "heddle", path: file };
    for (const { folder, shown } of this.open) {
      if (!file.startsWith(folder + path.sep) || !/\.[cm]?ts$/.test(file)) continue;
      let real: string;
      try {
        real = fs.realpathSync(file);
      } catch {
        return undefined;
      }
      // A link inside a package leads nowhere else.
      if (!this.open.some((each) => real.startsWith(each.folder + path.sep))) return undefined;
      return { type: "readable", module: shown + file.slice(folder.length + 1).replaceAll(path.sep, "/"), path: real };
    }
    return undefined;
  }

  uri(file: string): string {
    return pathToFileURL(path.join(this.cells, `${file}.ts`)).href;
  }

  /** Text of the checker without paths of this machine. */
  text(text: string): string {
    if (!text.includes("/") && !text.includes("\\")) return text;
    let clean = text.replaceAll(/import\("\.\/cell\d+(?:\.\w+)?"\)\./g, "");
    for (const folder of withReal(this.cells)) {
      clean = clean.replaceAll(new RegExp(`import\\("${escape(folder)}/[^"]*"\\)\\.`, "g"), "").replaceAll(`${folder}/`, "");
    }
    for (const { folder, shown } of this.open) clean = clean.replaceAll(`${folder}/`, shown);
    for (const folder of [this.places.root, ...this.places.secret].flatMap(withReal)) {
      clean = clean.replaceAll(new RegExp(`${escape(folder)}[^\\s"'\`)]*`, "g"), "…");
    }
    return clean;
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function withReal(folder: string): readonly string[] {
  try {
    const real = fs.realpathSync(folder);
    return real === folder ? [folder] : [folder, real];
  } catch {
    return [folder];
  }
}
