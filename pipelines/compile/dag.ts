/**
 * What a notebook compiles to. `compile(notebook)` in compile.ts returns a Compilation; a Run freezes its Dag.
 */
import type { CellKind } from "../notebook/notebook";

export interface Compilation {
  readonly dag: Dag;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Dag {
  /** Topologically ordered; stable under reformatting and under reordering of cells (ties are broken by key). */
  readonly tasks: readonly Task[];
  readonly params: readonly Parameter[];
  /** Names marked with `export`, and the task (or params cell) that gives each. Portable exports are not listed. */
  readonly outputs: readonly { readonly name: string; readonly task: string }[];
  /** From the front matter. */
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly image: string | undefined;
  readonly failFast: boolean;
  /**
   * Cells that would be tasks and are none, because of `disabled=on`: their own, or that of a cell that they need. `by` is
   * the key of the cell with the option. Left out when there are none.
   */
  readonly disabled?: readonly { readonly cell: string; readonly key: string; readonly by: string }[];
  /** `runTimeout` of the front matter's defaults, in milliseconds. */
  readonly runTimeout?: number | undefined;
}

export interface Task {
  /** Slug of the cell's title, or `cell-N`. Unique in the DAG. */
  readonly key: string;
  readonly title: string;
  /** `Cell.id` of the defining cell. */
  readonly cell: string;
  readonly kind: Exclude<CellKind, "markdown" | "params">;
  /** Upstream tasks and the value names read from each; `names` is empty for an `after` edge. Sorted by task key. */
  readonly needs: readonly { readonly task: string; readonly names: readonly string[] }[];
  /** Parameters read, directly or through portable definitions. Sorted. */
  readonly params: readonly string[];
  /** Value names to store, because another cell, an export or a `when`/`each` reads them. Sorted. */
  readonly outputs: readonly string[];
  /** Whether the last statement is an expression, whose value is the task's display. */
  readonly display: boolean;
  /** Literal arguments of `dataset(…)`, sorted; "any" when an argument is not a literal. */
  readonly datasets: readonly string[] | "any";
  /** Literal arguments of `runNotebook(…)`, sorted; "any" when an argument is not a literal. Such a task is never cached. */
  readonly notebooks?: readonly string[] | "any";
  readonly program: Program;
  /** For a fan-out: what its `each` sources reach, without the cell's own text. */
  readonly expandProgram: Program | undefined;
  /** Which of the names in `needs` each mode reads, sorted: an element need not read the list that it came from. */
  readonly reads: { readonly task: readonly string[]; readonly expand: readonly string[] };
  /** Which of `params` each mode reads, sorted: adding to a list that `each` spreads out leaves the other elements as they were. */
  readonly paramReads: { readonly task: readonly string[]; readonly expand: readonly string[] };
  /** Options particular to the kind, as written: `for until form assignees run in out`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Of an approval: the markdown that whoever is asked sees; `${name}` in it stands for a value. */
  readonly body?: string;
  /** Fan-out variables, in order; the last one varies fastest. */
  readonly each: readonly EachVariable[] | undefined;
  /** The text of `when`; evaluated by the attempt itself before the cell's own text. */
  readonly when: string | undefined;
  readonly options: TaskOptions;
  /** Changes exactly when the program or an option that changes the outcome does: what "stale" compares. */
  readonly fingerprint: string;
}

export interface EachVariable {
  readonly name: string;
  /** A TypeScript expression, usually the name of a value. */
  readonly source: string;
}

/**
 * A task's TypeScript module-body text, ready to have its types stripped in place and be wrapped in an async function
 * (server/notebook/program). Layout, so that lines map: imports are listed apart (their text is blanked), portable
 * definitions come first, then the cell's own text; every piece starts on a line of its own and keeps its columns.
 */
export interface Program {
  readonly text: string;
  readonly imports: readonly ProgramImport[];
  /** Maps program lines back to cells, ascending by `line`. */
  readonly lines: readonly ProgramLines[];
  /** The last expression statement of the cell's own text, as offsets into `text` (end exclusive). */
  readonly display: { readonly start: number; readonly end: number } | undefined;
  /** Names of classes of the notebook whose instances may arrive or leave as instances, defined before the own text. */
  readonly classes: readonly string[];
  /** Classes that only the own text can define (they read its values): they may leave, not arrive. */
  readonly ownClasses: readonly string[];
  /** Offsets of the word `import` of each `import(…)`, which has to go through the runner's own import. */
  readonly dynamicImports: readonly number[];
  /** What the program gives: the name a value is stored under, and the variable that holds it when the cell ends. */
  readonly returns: readonly { readonly name: string; readonly local: string }[];
}

export interface ProgramImport {
  readonly module: string;
  /** "default", "*" or an exported name. */
  readonly imported: string;
  readonly local: string;
  /** Where the import stands, for error messages. 1-based line inside the cell. */
  readonly cell: string;
  readonly line: number;
}

export interface ProgramLines {
  /** 1-based first line in `Program.text`. */
  readonly line: number;
  readonly count: number;
  readonly cell: string;
  /** Key of the cell (its task key, or slug of its title). */
  readonly cellKey: string;
  /** 1-based line of the cell that `line` shows; 0 for its header, where columns count in the option's value. */
  readonly cellLine: number;
}

export type Isolation = "run" | "process" | "container";
export type Join = "all" | "any" | "done" | "failed";
export type RetryCause = "error" | "timeout" | "oom" | "lost";

/** Options of a cell, parsed, defaults applied. Durations in milliseconds, sizes in bytes. */
export interface TaskOptions {
  readonly after: readonly string[];
  readonly concurrency: number | undefined;
  readonly join: Join;
  readonly on: "success" | "failure" | "exit" | undefined;
  readonly retries: number;
  readonly retryDelay: number;
  readonly backoff: number;
  readonly jitter: number;
  readonly retryOn: readonly RetryCause[];
  readonly timeout: number;
  /** So long a try may wait for a place: a pool, a lock, a limit, a worker. Undefined: as long as it takes. */
  readonly queueTimeout?: number | undefined;
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
  /** `on` keeps a result for good, `off` never reads or writes one, a number is its lifetime in milliseconds. */
  readonly cache: "on" | "off" | number;
  readonly pool: string;
  readonly priority: number;
  readonly lock: string | undefined;
  readonly secrets: readonly string[];
  readonly network: boolean;
  readonly image: string | undefined;
  readonly isolation: Isolation;
}

export interface Parameter {
  readonly name: string;
  /** Default value: JSON. */
  readonly default: Json;
  readonly type: ParameterType;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly integer: boolean;
  readonly options: readonly Json[] | undefined;
  readonly multiple: boolean;
  readonly pattern: string | undefined;
  readonly format: "date" | "date-time" | "json" | "secret" | "file" | "text" | undefined;
}

export type ParameterType = "number" | "string" | "boolean" | "json";
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const errorCodes = [
  "syntax-error",
  "bad-header",
  "duplicate-title",
  "duplicate-name",
  "dependency-cycle",
  "foreign-assignment",
  "unsupported-syntax",
  "bad-param",
  "bad-each",
  "bad-when",
  "unknown-task",
] as const;
export const warningCodes = ["foreign-mutation", "unserializable-value", "shadowed-global", "unused-param"] as const;
export type DiagnosticCode = (typeof errorCodes)[number] | (typeof warningCodes)[number];

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning";
  /** What is wrong, where, and what to write instead. */
  readonly message: string;
  readonly place: Place;
  readonly related: readonly (Place & { readonly message: string })[];
}

/** A range inside a cell's source. Lines and columns are 1-based; the end is exclusive. */
export interface Place {
  /** `Cell.id`; "" for the front matter. */
  readonly cell: string;
  /** The cell's key: slug of its title or `cell-N`. */
  readonly cellKey: string;
  /** "header" places count columns in the `// %%` line; "source" places count in the cell's text. */
  readonly in: "source" | "header" | "front-matter";
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}
