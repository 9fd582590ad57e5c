/**
 * Notebook → Dag and diagnostics. Pure, synchronous, total: never throws, runs nothing, works in a browser.
 * The way through: read-cells.ts (headers, analyse-cell.ts per text) → find-names.ts → check-*.ts → build-tasks.ts
 * (reach.ts, sort-tasks.ts, build-program.ts, fingerprint.ts). The contract is dag.ts.
 */
import { readFrontMatter } from "../notebook/front-matter";
import type { Cell, Notebook } from "../notebook/notebook";
import { Analyses } from "./analyse-cell";
import { buildTasks, TaskCache } from "./build-tasks";
import { checkEach } from "./check-each";
import { checkNames } from "./check-names";
import { checkDependencies } from "./check-packages";
import { checkParams } from "./check-params";
import { checkScripts } from "./check-scripts";
import { checkUnserializable } from "./check-unserializable";
import type { Compilation, Dag } from "./dag";
import { findNames } from "./find-names";
import { findOutputs } from "./find-outputs";
import { parseDefaults, readTimeout } from "./parse-options";
import { readCells, type CellCache } from "./read-cells";
import { placeInFrontMatter, Reporter } from "./reporter";

export interface CompileOptions {
  /** Packages that every notebook has, before its own dependencies; without it, imports are not checked. */
  readonly packages?: readonly string[] | undefined;
  /** What was learnt by an earlier compile of nearly the same notebook. */
  readonly memory?: CompilerMemory | undefined;
}

/** Keep one for as long as a notebook is open and pass it to each compile: unchanged cells then cost next to nothing. */
export class CompilerMemory {
  readonly analyses = new Analyses();
  readonly tasks = new TaskCache();
  private cells: { readonly of: string; readonly cache: CellCache } | undefined;

  /** Cells mean the same as long as the front matter and the environment do. */
  cellsFor(frontMatter: string | undefined, base: CellCache["base"], packages: CellCache["packages"]): CellCache {
    const of = JSON.stringify([frontMatter, packages]);
    if (this.cells?.of !== of) this.cells = { of, cache: { base, packages, byCell: new WeakMap() } };
    return this.cells.cache;
  }
}

export function compile(notebook: Notebook, options: CompileOptions = {}): Compilation {
  try {
    return compileCells(notebook, options);
  } catch (error) {
    return blame(notebook, options, error);
  }
}

function compileCells(notebook: Notebook, { packages, memory = new CompilerMemory() }: CompileOptions): Compilation {
  const reporter = new Reporter();
  memory.analyses.turn();
  const front = readFrontMatter(notebook.frontMatter);
  for (const { message, place } of front.faults) reporter.report("bad-header", placeInFrontMatter(place), message);
  const defaults = parseDefaults(front.defaults);
  for (const { index, message } of defaults.faults) {
    reporter.report("bad-header", placeInFrontMatter(front.defaults[index]!.place), message);
  }
  const runTimeout = front.runTimeout && readTimeout(front.runTimeout.value ?? "");
  if (front.runTimeout && runTimeout && "wanted" in runTimeout) {
    const message = `runTimeout: needs ${runTimeout.wanted}, not "${front.runTimeout.value}".`;
    reporter.report("bad-header", placeInFrontMatter(front.runTimeout.place), message);
  }
  checkDependencies(front, reporter);
  const importable = packages && [...packages, ...Object.keys(front.dependencies)];
  const cache = memory.cellsFor(notebook.frontMatter, defaults.options, importable);
  const cells = readCells(notebook.cells, memory.analyses, cache, reporter);
  const names = findNames(cells, reporter);
  checkNames(cells, names, reporter);
  checkEach(cells, names, reporter);
  checkScripts(cells, names, reporter);
  const params = checkParams(cells, names, reporter);
  const outputs = findOutputs(cells, names, reporter);
  const built = buildTasks(cells, names, outputs, memory.tasks, reporter);
  params.reportUnused(built.drafts.values(), outputs);
  checkUnserializable(built, names, reporter);
  const running = new Set(built.tasks.map((task) => task.key));
  const dag: Dag = {
    tasks: built.tasks,
    params: params.parameters,
    outputs: outputs
      .filter((one) => one.travels === "param" || running.has(one.home.key))
      .map((one) => ({ name: names.storedName(one), task: one.home.key }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    title: front.title,
    description: front.description,
    dependencies: front.dependencies,
    image: front.image,
    failFast: front.failFast,
    ...(runTimeout && "value" in runTimeout && { runTimeout: runTimeout.value }),
  };
  return { dag, diagnostics: reporter.diagnostics };
}

/** A fault of the compiler is said at a cell that causes it, found by leaving cells out. */
function blame(notebook: Notebook, options: CompileOptions, error: unknown): Compilation {
  const alone = (cell: Cell) => {
    try {
      compileCells({ cells: [cell] }, { packages: options.packages });
      return false;
    } catch {
      return true;
    }
  };
  const cell = notebook.cells.find(alone) ?? notebook.cells[0];
  const message = error instanceof Error ? error.message : String(error);
  const place = {
    cell: cell?.id ?? "",
    cellKey: "",
    in: "source",
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
  } as const;
  return {
    dag: {
      tasks: [],
      params: [],
      outputs: [],
      title: undefined,
      description: undefined,
      dependencies: {},
      image: undefined,
      failFast: false,
    },
    diagnostics: [
      {
        code: "syntax-error",
        severity: "error",
        place,
        related: [],
        message: `The compiler could not read this cell (${message}). Write it in a simpler way, and please report it.`,
      },
    ],
  };
}
