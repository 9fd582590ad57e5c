import { compile } from "@/pipelines/compile/compile";
import type { Compilation } from "@/pipelines/compile/dag";
import { parse } from "@/pipelines/notebook/parse";

/** `id` names the text: the same id, the same text. */
export interface Version {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** Versions never change: what they compile to is kept for the next press of the button. */
const compiled = new Map<string, { readonly packages: readonly string[]; readonly compilation: Compilation }>();
const mostCompiled = 50;

export function compileVersion(version: Version, packages: readonly string[]): Compilation {
  const known = compiled.get(version.id);
  compiled.delete(version.id);
  const compilation = known && known.packages === packages ? known.compilation : compile(parse(version.text), { packages });
  compiled.set(version.id, { packages, compilation });
  if (compiled.size > mostCompiled) compiled.delete(compiled.keys().next().value!);
  return compilation;
}
