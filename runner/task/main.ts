/**
 * The task process: waits on its pipe, runs one attempt at a time (work.ts), rehearses while nobody waits (rehearse.ts).
 * The harness decides whether it lives on; see runner/harness/task-process.ts for the other end.
 */
import { format } from "node:util";
import { Calls } from "./calls";
import { receive, send } from "./channel";
import { Environment } from "./environment";
import { Hygiene } from "./hygiene";
import { Output } from "./output";
import { ProgramCache } from "./program-cache";
import { rehearse } from "./rehearse";
import { ScriptRunner } from "./script";
import { Scratch } from "./scratch";
import type { TaskSettings } from "./settings";
import { work } from "./work";

const settings = JSON.parse(process.argv[2]!) as TaskSettings;
process.argv.length = 2;
Error.stackTraceLimit = 50;

const scratch = new Scratch(settings.scratch, settings.data);
process.chdir(scratch.cwd);
process.env.HOME = scratch.cwd;

for (const folder of settings.sweep) scratch.sweep(folder);

const environment = new Environment(settings.environment);
const scripts = new ScriptRunner({ path: settings.path, isLocal: settings.isLocal, tree: scratch.name });
const programs = new ProgramCache(environment);
let output: Output | undefined;
let calls: Calls | undefined;
let fail: ((error: unknown) => void) | undefined;

for (const level of ["debug", "info", "log", "warn", "error", "trace"] as const) {
  const recorded = level === "log" ? "info" : level === "trace" ? "debug" : level;
  console[level] = (...values: unknown[]) => output?.log(recorded, format(...values));
}
console.dir = (value: unknown) => console.log(value);

// Writes to our pipes block until they are taken: output keeps its order, and a flood holds its writer, not memory.
for (const stream of [process.stdout, process.stderr]) {
  (stream as unknown as { _handle?: { setBlocking?: (blocking: boolean) => void } })._handle?.setBlocking?.(true);
}

process.on("uncaughtException", (error) => fail?.(error));
process.on("unhandledRejection", (error) => fail?.(error));
// Nothing left to happen, and the cell has not ended: it waits for other notebooks, or for nothing at all.
process.on("beforeExit", () => {
  output?.flush();
  if (!calls?.park()) fail?.(new Error("The cell waits for a promise that nothing can settle any more."));
});

async function main(): Promise<void> {
  for (const module of settings.preload) await environment.load(module).catch(() => undefined);
  environment.takeFresh();
  const hygiene = new Hygiene(scratch.cwd);
  const parts = { environment, scripts, scratch, store: settings.store, hygiene, onStray: (listener: typeof fail) => (fail = listener) };
  if (settings.spare) {
    await rehearse(parts);
    hygiene.accept();
  }
  send({ type: "up", folder: scratch.name });
  for (let orders = 1; ;) {
    const order = receive();
    if (!order) process.reallyExit(0);
    if (order.type === "clean") {
      scratch.remove(order.files);
      continue;
    }
    const { launch } = order;
    output = new Output(
      Object.values(launch.secrets).filter((secret) => secret.length >= 4),
      send,
    );
    calls = new Calls(send);
    const done = await work({ ...parts, launch, output, calls, programs });
    output = calls = undefined;
    send(done);
    scratch.reset();
    // Nobody waits for this look: the next order may be here already, and goes to another process if need be.
    const why = done.dirty ?? hygiene.inspect();
    if (why !== undefined) {
      if (done.dirty === undefined) send({ type: "dirty", why, orders });
      // The harness ends it.
      while (receive() !== undefined);
    }
    orders++;
  }
}

void main();
