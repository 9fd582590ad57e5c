/**
 * The task process: waits on its pipe, runs one attempt at a time (attempt.ts), says what it left behind (hygiene.ts).
 * The harness decides whether it lives on; see runner/harness/task-process.ts for the other end.
 */
import { format } from "node:util";
import { runAttempt } from "./attempt";
import { Calls } from "./calls";
import { receive, send } from "./channel";
import { Environment } from "./environment";
import { Hygiene } from "./hygiene";
import { Output } from "./output";
import { programFile, ProgramCache } from "./program-cache";
import { Scratch } from "./scratch";
import type { TaskSettings } from "./settings";
import { toUserError } from "./user-frames";

const settings = JSON.parse(process.argv[2]!) as TaskSettings;
process.argv.length = 2;
Error.stackTraceLimit = 50;

const scratch = new Scratch(settings.scratch, settings.data);
process.chdir(scratch.cwd);
process.env.HOME = scratch.cwd;

for (const folder of settings.sweep) scratch.sweep(folder);

const environment = new Environment(settings.environment);
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
  if (calls?.park()) return;
  fail?.(new Error("The cell waits for a promise that nothing can settle any more."));
});

async function main(): Promise<void> {
  for (const module of settings.preload) await environment.load(module).catch(() => undefined);
  environment.takeFresh();
  const hygiene = new Hygiene(scratch.cwd);
  send({ type: "up", folder: scratch.name });
  for (;;) {
    const order = receive();
    if (!order) process.reallyExit(0);
    if (order.type === "clean") {
      scratch.remove(order.files);
      continue;
    }
    const { launch } = order;
    const words = new Output(Object.values(launch.secrets).filter((secret) => secret.length >= 4));
    output = words;
    const asked = (calls = new Calls());
    let strayed = false;
    const stray = new Promise<never>((_, reject) => {
      fail = (error) => {
        strayed = true;
        reject(error instanceof Error ? error : new Error(`Unhandled rejection: ${String(error)}`));
      };
    });
    stray.catch(() => undefined);
    const unhook = environment.onLoaded(() => hygiene.accept());
    let result = await runAttempt({ launch, output: words, calls: asked, environment, programs, scratch, store: settings.store, stray });
    // One turn of the event loop, so that rejections nobody handled come out with this attempt.
    if (result.status === "succeeded") {
      const late = await Promise.race([
        new Promise<undefined>((resolve) => setImmediate(resolve, undefined)),
        stray.catch((error: unknown) => ({ error })),
      ]);
      if (late || strayed) result = failedLate(result, late?.error);
    }
    unhook();
    words.close();
    const unanswered = asked.open;
    asked.close();
    output = calls = undefined;
    fail = undefined;
    const dirty =
      result.status === "failed" ? "the attempt failed" : unanswered > 0 ? "left a call of another notebook behind" : hygiene.inspect();
    send({ type: "done", result, imported: environment.takeFresh(), ...(dirty === undefined ? {} : { dirty }) });
    scratch.reset();

    function failedLate(before: Extract<typeof result, { status: "succeeded" }>, error: unknown): typeof result {
      return {
        status: "failed",
        reason: "exception",
        error: toUserError(error, launch.program.lines, programFile(launch.program.hash)),
        displays: before.displays,
        usage: before.usage,
      };
    }
  }
}

void main();
