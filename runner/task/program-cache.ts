/** Programs compiled once per process and called per attempt: each call is a fresh module scope. */
import { Script } from "node:vm";
import type { Environment } from "./environment";

export type Program = (heddle: object) => Promise<unknown>;

const mostPrograms = 500;

/** What stack traces call a program. */
export function programFile(hash: string): string {
  return `heddle:${hash}`;
}

export class ProgramCache {
  private readonly programs = new Map<string, Program>();

  constructor(private readonly environment: Environment) {}

  get(hash: string, code: string): Program {
    const known = this.programs.get(hash);
    if (known) return known;
    const script = new Script(`(${code.replace(/;\s*$/, "")}\n)`, {
      filename: programFile(hash),
      // The parenthesis in front must not move the first line's columns.
      columnOffset: -1,
      importModuleDynamically: ((module: string) => this.environment.load(module)) as never,
    });
    const program = script.runInThisContext() as Program;
    if (typeof program !== "function") throw new TypeError("The program of this task is not a function.");
    if (this.programs.size >= mostPrograms) this.programs.delete(this.programs.keys().next().value!);
    this.programs.set(hash, program);
    return program;
  }
}
