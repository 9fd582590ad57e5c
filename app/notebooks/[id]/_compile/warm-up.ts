/** Reads the cells of a notebook for the compiler a few at a time, so that its first compile holds nothing up. */
import type { CompilerMemory } from "@/pipelines/compile/compile";
import type { Notebook } from "@/pipelines/notebook/notebook";

const sliceMs = 12;

/** Calls `done` in a task of its own. Returns a function that stops it. */
export function warmUp(memory: CompilerMemory, notebook: Notebook, done: () => void): () => void {
  const texts = notebook.cells.filter((cell) => cell.kind === "code" || cell.kind === "params").map((cell) => cell.source);
  let next = 0;
  let timer = setTimeout(function slice() {
    const start = performance.now();
    while (next < texts.length && performance.now() - start < sliceMs) {
      try {
        memory.analyses.analyse(texts[next++]!);
      } catch {
        // The compiler itself says what it cannot read, and where.
      }
    }
    timer = setTimeout(next < texts.length ? slice : done, 0);
  }, 0);
  return () => clearTimeout(timer);
}
