/**
 * A task's program as the runner takes it: one async function of `__heddle`, types stripped, with a table of lines.
 * `__heddle` gives `inputs`, `params`, `elements`, `sdk`, `import`, `classes`, `display`, `script` and `skip`.
 */
import { createHash } from "node:crypto";
import type { Dag, Program, ProgramLines, Task } from "@/pipelines/compile/dag";
import { readSql } from "@/pipelines/compile/read-sql";
import type { ExecutableProgram } from "@/server/executor/executor";
import { stripTypes } from "./strip-types";

/** Runs the cell: `{ name: value, … }` of its outputs, or `__heddle.skip` when its `when` says no. */
export function toExecutable(task: Task, _dag?: Dag): ExecutableProgram {
  if (task.kind === "script") return toScript(task);
  if (task.kind === "sql") return toSql(task);
  const elements = task.each?.map((one) => one.name) ?? [];
  const inputs = task.reads.task.filter((name) => !elements.includes(name));
  const { program } = task;
  return write({
    program,
    own: program.lines.at(-1)?.line ?? 1,
    params: task.paramReads.task.filter((name) => !elements.includes(name)),
    before: [bind("inputs", inputs), bind("elements", elements)],
    header: task.when === undefined ? [] : ["if (!(", strip(task.when), ")) return __heddle.skip;"],
    task,
    after: `${register(program.ownClasses)} return { ${program.returns.map(({ name, local }) => `${JSON.stringify(name)}: ${local}`).join(", ")} };`,
  });
}

/** A script cell: the runner writes its inputs into files, runs it, and reads its outputs (runner/task/script.ts). */
function toScript(task: Task): ExecutableProgram {
  const { run = "", in: read = "" } = task.settings;
  const names = read === "" ? [] : [...new Set(read.split(",").map((name) => name.trim()))];
  const given = names.map((name) => `${JSON.stringify(name)}: ${name}`);
  const order = {
    run: run.trim().split(/\s+/),
    source: task.program.text,
    // A script that does not keep its word has failed, whoever reads the name.
    outputs: task.settings["out"] === undefined ? [] : [...new Set(task.settings["out"].split(",").map((name) => name.trim()))],
    wanted: task.outputs,
    image: task.options.image,
  };
  return write({
    program: { ...task.program, text: "" },
    own: 1,
    params: task.paramReads.task,
    before: [bind("inputs", task.reads.task)],
    header: task.when === undefined ? [] : ["if (!(", strip(task.when), ")) return __heddle.skip;"],
    task,
    after: `return await __heddle.script({ ...${JSON.stringify(order)}, inputs: { ${given.join(", ")} } });`,
  });
}

/** A SQL cell: the runner makes tables of what it reads and runs its statements (runner/task/sql.ts). */
function toSql(task: Task): ExecutableProgram {
  const given = [...task.reads.task, ...task.paramReads.task].map((name) => `${JSON.stringify(name)}: ${name}`);
  const { text } = task.program;
  const { tables, statements } = readSql(text);
  const order = {
    source: text,
    statements,
    tables: [...new Set(tables.map(({ name }) => name))],
    out: task.settings["out"]?.trim(),
    wanted: task.outputs,
    cell: { cell: task.cell, cellKey: task.key },
  };
  return write({
    program: { ...task.program, text: "" },
    own: 1,
    params: task.paramReads.task,
    before: [bind("inputs", task.reads.task)],
    header: task.when === undefined ? [] : ["if (!(", strip(task.when), ")) return __heddle.skip;"],
    task,
    after: `return await __heddle.sql({ ...${JSON.stringify(order)}, values: { ${given.join(", ")} } });`,
  });
}

/** Evaluates the sources of `each`: `{ x: [element, …], … }`. Undefined for a task that fans nothing out. */
export function toExpandExecutable(task: Task, _dag?: Dag): ExecutableProgram | undefined {
  const { each, expandProgram: program } = task;
  if (!each || !program) return undefined;
  const lists = each.flatMap(({ name, source }) => [`${JSON.stringify(name)}: [...(`, strip(source), ")],"]);
  return write({
    program,
    own: undefined,
    params: task.paramReads.expand,
    before: [bind("inputs", task.reads.expand)],
    header: ["return {", ...lists, "};"],
    task,
    after: "",
  });
}

interface Parts {
  readonly program: Program;
  /** First line of the own text in the program. */
  readonly own: number | undefined;
  readonly params: readonly string[];
  readonly before: readonly string[];
  /** Expressions of the cell's header and what stands around them: errors in them point at line 0, the header. */
  readonly header: readonly string[];
  readonly task: Task;
  readonly after: string;
}

function write({ program, own, params, before, header, task, after }: Parts): ExecutableProgram {
  const edited = insert(program);
  const split = own === undefined ? edited.length : edited.findIndex((line) => line.from >= own);
  const out = new Output();
  try {
    out.add(`(async function (__heddle) { "use strict"; ${imports(program)} ${bind("params", params)}`);
    out.addSource(edited.slice(0, split));
    // Classes first: the inputs may hold instances of them.
    out.add([register(program.classes), ...before].join(" "));
    for (const line of header) out.addHeader(line);
    out.addSource(edited.slice(split));
    out.add(`;${after}`);
    out.add("})");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return seal(`(async function () { throw new SyntaxError(${JSON.stringify(message)}); })`, []);
  }
  return seal(out.code, out.mapTo(program.lines, { cell: task.cell, cellKey: task.key }));
}

function seal(code: string, lines: readonly ProgramLines[]): ExecutableProgram {
  return { hash: createHash("sha256").update(code).digest("hex"), code, lines };
}

/** Values that arrive are `let`: a function that came along may assign its own copy. */
function bind(from: "inputs" | "params" | "elements", names: readonly string[]): string {
  return names.map((name) => `let ${name} = __heddle.${from}[${JSON.stringify(name)}];`).join(" ");
}

function register(classes: readonly string[]): string {
  return classes.length > 0 ? `__heddle.classes({ ${classes.join(", ")} });` : "";
}

/** An expression with its types stripped, at its old columns. Its parentheses stand on the lines around it. */
function strip(expression: string): string {
  const { code, lines } = stripTypes(`(\n${expression}\n)`);
  // What had to be transformed is written anew, as a statement.
  return lines ? code.replace(/;\s*$/, "") : code.slice("(\n".length, code.lastIndexOf("\n)"));
}

function imports(program: Program): string {
  return program.imports
    .map(({ module, imported, local, cell, line }) => {
      if (module === "heddle") {
        return local === "" ? "" : `const ${local} = __heddle.sdk${imported === "*" ? "" : `[${JSON.stringify(imported)}]`};`;
      }
      const call = `await __heddle.import(${[module, imported, cell, line].map((one) => JSON.stringify(one)).join(", ")});`;
      return local === "" ? call : `const ${local} = ${call}`;
    })
    .join(" ");
}

interface SourceLine {
  readonly text: string;
  /** Line of the program. */
  readonly from: number;
}

/**
 * The program's lines with `__heddle.display((…))` around the display and `__heddle.` before `import(…)`. What is put in
 * stands on a line of its own and the rest of its line is moved down, to its old column.
 */
function insert({ text, display, dynamicImports }: Program): readonly SourceLine[] {
  const points = dynamicImports.map((at) => ({ at, put: "__heddle." }));
  if (display) points.push({ at: display.start, put: ";__heddle.display((" });
  // At one offset the display opens first.
  points.sort((a, b) => a.at - b.at || (a.put.startsWith(";") ? -1 : 1));
  const lines: SourceLine[] = [];
  let offset = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const from = index + 1;
    let start = 0;
    let pad = "";
    for (const { at, put } of points) {
      const column = at - offset;
      if (column < 0 || column > line.length || column < start) continue;
      lines.push({ text: pad + closed(line, start, column, offset, display) + put, from });
      start = column;
      pad = " ".repeat(column);
    }
    lines.push({ text: pad + closed(line, start, line.length, offset, display), from });
    offset += line.length + 1;
  }
  return lines;
}

/** A part of a line, with the display closed if it ends there. */
function closed(line: string, start: number, end: number, offset: number, display: Program["display"]): string {
  const close = display ? display.end - offset : -1;
  if (close <= start || close > end) return line.slice(start, end);
  return `${line.slice(start, close)}))${line.slice(close, end)}`;
}

class Output {
  private readonly texts: string[] = [];
  /** For each line written, the program line that it shows; 0 for the cell's header. */
  private readonly from: (number | undefined)[] = [];

  get code(): string {
    return this.texts.join("\n");
  }

  add(text: string): void {
    for (const line of text.split("\n")) {
      this.texts.push(line);
      this.from.push(undefined);
    }
  }

  addHeader(text: string): void {
    for (const line of text.split("\n")) {
      this.texts.push(line);
      this.from.push(0);
    }
  }

  addSource(lines: readonly SourceLine[]): void {
    if (lines.length === 0) return;
    const stripped = stripTypes(lines.map((line) => line.text).join("\n"));
    for (const [index, line] of stripped.code.split("\n").entries()) {
      const source = stripped.lines ? stripped.lines[index] : index;
      this.texts.push(line);
      this.from.push(source === undefined ? undefined : lines[source]?.from);
    }
  }

  /** The table of lines: runs of lines that follow each other in one piece of one cell. */
  mapTo(pieces: readonly ProgramLines[], own: Pick<ProgramLines, "cell" | "cellKey">): readonly ProgramLines[] {
    const runs: { -readonly [K in keyof ProgramLines]: ProgramLines[K] }[] = [];
    for (const [index, from] of this.from.entries()) {
      if (from === 0) {
        runs.push({ line: index + 1, count: 1, ...own, cellLine: 0 });
        continue;
      }
      const piece = from === undefined ? undefined : pieces.find((one) => from >= one.line && from < one.line + one.count);
      if (!piece) continue;
      const line = index + 1;
      const cellLine = piece.cellLine + from! - piece.line;
      const last = runs.at(-1);
      const follows = last && last.cell === piece.cell && last.line + last.count === line && last.cellLine + last.count === cellLine;
      if (follows) last.count++;
      else runs.push({ line, count: 1, cell: piece.cell, cellKey: piece.cellKey, cellLine });
    }
    return runs;
  }
}
