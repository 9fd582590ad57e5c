/** Runs one attempt inside the task process: program in, words and one result out. */
import type { Launch, WireResult, WireValue } from "@/pipelines/protocol/messages";
import { DisplayList } from "../displays/display-list";
import { displayMark, toDisplay } from "../displays/to-display";
import { ClassRegistry } from "../values/class-registry";
import { UnserializableValue } from "../values/unserializable";
import type { Calls } from "./calls";
import type { TaskOrder } from "./channel";
import { ImportFailure, type Environment } from "./environment";
import { InputReader } from "./input-reader";
import type { Output } from "./output";
import { programFile, type ProgramCache } from "./program-cache";
import type { Scratch } from "./scratch";
import type { ScriptOrder, ScriptRunner } from "./script";
import { ScriptFailure } from "./script-failure";
import { makeSdk } from "./sdk";
import { WireMaker } from "./to-wire";
import { runSql, SqlFault, type SqlOrder } from "./sql";
import { toUserError } from "./user-frames";

export interface AttemptParts {
  readonly launch: Extract<TaskOrder, { type: "run" }>["launch"];
  readonly output: Output;
  readonly calls: Calls;
  readonly environment: Environment;
  readonly programs: ProgramCache;
  readonly scratch: Scratch;
  readonly store: string;
  /** For script cells. */
  readonly scripts: ScriptRunner;
  /** Rejects when something fails outside of the cell's own promise. */
  readonly stray: Promise<never>;
}

export async function runAttempt(parts: AttemptParts): Promise<WireResult> {
  const { launch, output, calls, environment, scratch } = parts;
  const began = performance.now();
  const cpu = process.cpuUsage();
  const displays = new DisplayList();
  const usage = () => {
    const { user, system } = process.cpuUsage(cpu);
    return { durationMs: performance.now() - began, cpuMs: (user + system) / 1000, peakMemoryBytes: process.memoryUsage.rss() };
  };
  const classes = new ClassRegistry();
  const wire = new WireMaker(scratch, classes, environment.extensions);
  const skip = () => skip;
  try {
    const inputs = new InputReader(parts.store, classes, environment);
    await inputs.prepare(launch.inputs);
    const program = parts.programs.get(launch.program.hash, launch.program.code);
    const values = inputs.lazily(launch.inputs);
    const sdk = makeSdk({ launch, output, calls, inputs, displays, wire, environment, cwd: scratch.cwd });
    const heddle = {
      inputs: values,
      // The element of a mapped task is an input like any other; `elements` is the name programs know it by.
      elements: launch.mode === "expand" ? undefined : values,
      params: { ...launch.params },
      mode: launch.mode,
      sdk,
      skip,
      display: (value: unknown) => {
        // What chart() and its siblings return has been shown already.
        if (!(value as { [displayMark]?: unknown } | null | undefined)?.[displayMark]) displays.add(toDisplay(value), value);
        return value;
      },
      classes: registrar(classes),
      script: (order: ScriptOrder) => parts.scripts.run(order, { launch, output, wire, environment, cwd: scratch.cwd }),
      sql: (order: SqlOrder) => {
        parts.scripts.trace = "ran a query";
        return runSql(order, { environment, cwd: scratch.cwd, displays, memoryBytes: launch.memoryBytes });
      },
      import: importer(environment, sdk, launch.program.lines),
    };
    const returned = await Promise.race([program(heddle), parts.stray]);
    if (returned === skip) return { status: "skipped", usage: usage() };
    for (const [name, value] of Object.entries(heddle.classes)) classes.register(name, value);
    const made = (typeof returned === "object" && returned !== null ? returned : {}) as Record<string, unknown>;
    const called = calls.count > 0 ? { calls: calls.count } : {};
    if (launch.mode === "expand") {
      const elements: Record<string, WireValue[]> = {};
      for (const [name, source] of Object.entries(made)) elements[name] = expand(name, source, wire);
      return { status: "succeeded", outputs: {}, elements, ...called, displays: displays.list(), usage: usage() };
    }
    const outputs: Record<string, WireValue> = {};
    for (const [name, value] of Object.entries(made)) outputs[name] = wire.value(name, value);
    Object.assign(
      outputs,
      displays.keepLong(made, (name, value) => wire.value(name, value)),
    );
    return { status: "succeeded", outputs, ...called, displays: displays.list(), usage: usage() };
  } catch (thrown) {
    if (thrown === skip) return { status: "skipped", usage: usage() };
    const unserializable = thrown instanceof UnserializableValue;
    const error = toUserError(thrown, launch.program.lines, programFile(launch.program.hash));
    if (thrown instanceof PlacedError || thrown instanceof SqlFault) error.frames = [thrown.place];
    for (const secret of Object.values(launch.secrets)) {
      if (secret.length >= 4) error.message = error.message.replaceAll(secret, "[secret]");
    }
    if (unserializable) error.frames = [];
    if (thrown instanceof ScriptFailure) error.frames = [];
    const reason = unserializable
      ? "unserializable-value"
      : thrown instanceof ScriptFailure
        ? thrown.reason
        : (thrown as { code?: unknown } | null)?.code === "ENOSPC"
          ? "disk-full"
          : "exception";
    return { status: "failed", reason, error, displays: displays.list(), usage: usage() };
  }
}

/** Programs may call `classes({ A, B })`, `classes("A", A)`, or assign `classes.A = A`. */
function registrar(classes: ClassRegistry) {
  return (first: unknown, second?: unknown) => {
    if (typeof first === "string") classes.register(first, second);
    else if (typeof first === "object" && first !== null) {
      for (const [name, value] of Object.entries(first)) classes.register(name, value);
    }
  };
}

class PlacedError extends Error {
  constructor(
    message: string,
    readonly place: { cell: string; cellKey: string; line: number; column: number },
  ) {
    super(message);
    this.name = "ImportError";
  }
}

function importer(environment: Environment, sdk: object, lines: NonNullable<Launch["program"]["lines"]>) {
  // Without a name it stands for the cell's own `import(…)`.
  return async (module: string, name?: string, cell?: string, line?: number): Promise<unknown> => {
    if (name === undefined) return module === "heddle" ? sdk : environment.load(String(module));
    if (module === "heddle") {
      if (name === "*" || name === "default") return sdk;
      if (name in sdk) return (sdk as Record<string, unknown>)[name];
    }
    try {
      if (module === "heddle") throw new ImportFailure(`"heddle" has no export called "${name}".`);
      return await environment.loadExport(module, name);
    } catch (error) {
      if (!(error instanceof ImportFailure) || cell === undefined || line === undefined) throw error;
      const cellKey = lines.find((range) => range.cell === cell)?.cellKey ?? cell;
      throw new PlacedError(error.message, { cell, cellKey, line, column: 1 });
    }
  };
}

function expand(name: string, source: unknown, wire: WireMaker): WireValue[] {
  if (source === null || source === undefined || typeof (source as Iterable<unknown>)[Symbol.iterator] !== "function") {
    throw new TypeError(`each="${name} of …" needs an array or another iterable, not ${source === null ? "null" : typeof source}.`);
  }
  return Array.from(source as Iterable<unknown>, (element, index) => wire.value(`${name}[${index}]`, element));
}
