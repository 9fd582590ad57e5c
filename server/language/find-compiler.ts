/** TypeScript 7 comes as one package per platform, without a program of JavaScript around it. */
import fs from "node:fs";
import path from "node:path";

export interface Compiler {
  readonly executable: string;
  /** Folder of the declarations of the language itself. */
  readonly libraries: string;
}

/** Undefined where there is none for this machine. */
export function findCompiler(packageDir: string, platform = `${process.platform}-${process.arch}`): Compiler | undefined {
  const folder = path.join(packageDir, "node_modules", "@typescript", `typescript-${platform}`, "lib");
  const executable = path.join(folder, process.platform === "win32" ? "tsc.exe" : "tsc");
  return fs.existsSync(executable) ? { executable, libraries: fs.realpathSync(folder) } : undefined;
}
