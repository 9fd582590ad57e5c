/**
 * The part of a lock that a task can reach: what it imports, what every notebook has, and all that these need. Two locks that
 * agree on it mean the same to the task, so a package that only others import makes nothing else run again.
 */
import { createHash } from "node:crypto";
import type { Task } from "@/pipelines/compile/dag";
import { isPackage, packageOf } from "@/pipelines/environment/package-of";
import type { AttemptMode } from "@/pipelines/run/task-inputs";
import type { LockFile } from "./lock-file";

/** "any": it chooses while it runs. */
export type Reached = readonly string[] | "any";

export function reachedPackages(task: Task, mode: AttemptMode): Reached {
  const program = mode === "task" ? task.program : task.expandProgram;
  if (!program) return [];
  if (program.dynamicImports.length > 0) return "any";
  return program.imports.flatMap(({ module }) => (isPackage(module) ? [packageOf(module)] : []));
}

export function lockKey(file: LockFile, names: readonly string[]): string {
  const places = new Set<string>();
  const open = names.flatMap((name) => place(file, "", name) ?? []);
  while (open.length > 0) {
    const next = open.pop()!;
    if (places.has(next)) continue;
    places.add(next);
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = file.packages[next]!;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const found = place(file, next, name);
      if (found !== undefined) open.push(found);
    }
  }
  const entries = [...places].sort().map((each) => [each, file.packages[each]!.version, file.packages[each]!.integrity]);
  return createHash("sha256").update(JSON.stringify(entries)).digest("hex");
}

/** Where Node finds a package for the one at `from`. */
function place(file: LockFile, from: string, name: string): string | undefined {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf("/node_modules/")))) {
    const candidate = above === "" ? `node_modules/${name}` : `${above}/node_modules/${name}`;
    if (file.packages[candidate]) return candidate;
    if (above === "") return undefined;
  }
}
