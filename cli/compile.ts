/** `heddle compile FILE`. Exit 0, 1 with errors in the notebook, 2 when the file cannot be read. */
import type { Compilation, Diagnostic } from "@/pipelines/compile/dag";
import { compile } from "@/pipelines/compile/compile";
import { toJsonSchema } from "@/pipelines/compile/to-json-schema";
import { readEnvironmentPackages } from "@/server/environment-packages";
import { packageDir } from "./package-dir";
import { readNotebook } from "./read-notebook";

export async function compileFile(file: string, { json }: { json: boolean }): Promise<number> {
  const read = readNotebook(file);
  if (!read.ok) {
    console.error(read.message);
    return 2;
  }
  const compilation = compile(read.notebook, { packages: readEnvironmentPackages(packageDir()) });
  if (json) console.log(JSON.stringify(toJson(compilation), undefined, 2));
  else printCompilation(compilation);
  return hasErrors(compilation) ? 1 : 0;
}

export function hasErrors(compilation: Compilation): boolean {
  return compilation.diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const { severity, code, message, place } of diagnostics) {
    const mark = severity === "error" ? "\x1b[31m✗\x1b[0m" : "\x1b[33m!\x1b[0m";
    console.error(`${mark} ${toPlace(place)} ${message} \x1b[2m${code}\x1b[0m`);
  }
}

function toPlace(place: Diagnostic["place"]): string {
  switch (place.in) {
    case "front-matter":
      return `front matter:${place.line}:${place.column}`;
    case "header":
      return `${place.cellKey} (header):${place.column}`;
    case "source":
      return `${place.cellKey}:${place.line}:${place.column}`;
  }
}

function toJson({ dag, diagnostics }: Compilation) {
  return {
    tasks: dag.tasks.map(({ key, kind, needs, params, options, each, when }) => ({
      key,
      kind,
      needs,
      params,
      options: {
        ...options,
        ...(each && { each: each.map(({ name, source }) => `${name} of ${source}`).join(", ") }),
        ...(when !== undefined && { when }),
      },
    })),
    params: dag.params,
    paramsSchema: toJsonSchema(dag.params),
    outputs: dag.outputs,
    diagnostics: diagnostics.map(({ code, severity, message, place, related }) => ({
      code,
      severity,
      cell: place.cellKey,
      in: place.in,
      line: place.line,
      column: place.column,
      message,
      related: related.map((other) => ({ cell: other.cellKey, line: other.line, column: other.column, message: other.message })),
    })),
  };
}

function printCompilation({ dag, diagnostics }: Compilation): void {
  printDiagnostics(diagnostics);
  for (const task of dag.tasks) {
    const needs = task.needs.map(({ task: key, names }) => (names.length > 0 ? `${key} (${names.join(", ")})` : key));
    const fanOut = task.each ? ` for each ${task.each.map(({ name, source }) => `${name} of ${source}`).join(", ")}` : "";
    console.log(`${task.key}${fanOut}${needs.length > 0 ? ` \x1b[2m← ${needs.join(", ")}\x1b[0m` : ""}`);
  }
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  console.log(
    `\x1b[2m${count(dag.tasks.length, "task")}, ${count(errors, "error")}, ${count(diagnostics.length - errors, "warning")}\x1b[0m`,
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
