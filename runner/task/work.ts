/** One order, from the launch to the word that it is done: the attempt itself (attempt.ts), and what it still has under way. */
import { runAttempt } from "./attempt";
import type { Calls } from "./calls";
import type { TaskOrder, TaskWord } from "./channel";
import type { Environment } from "./environment";
import type { Hygiene } from "./hygiene";
import type { Output } from "./output";
import { programFile, type ProgramCache } from "./program-cache";
import type { Scratch } from "./scratch";
import type { ScriptRunner } from "./script";
import { toUserError } from "./user-frames";

export interface WorkParts {
  readonly launch: Extract<TaskOrder, { type: "run" }>["launch"];
  readonly output: Output;
  readonly calls: Calls;
  readonly environment: Environment;
  readonly programs: ProgramCache;
  readonly scripts: ScriptRunner;
  readonly scratch: Scratch;
  readonly store: string;
  readonly hygiene: Hygiene;
  /** Who is told of errors that nobody catches; undefined: nobody any more. */
  onStray(fail: ((error: unknown) => void) | undefined): void;
}

export async function work(parts: WorkParts): Promise<Extract<TaskWord, { type: "done" }>> {
  const { launch, output, calls, environment, hygiene } = parts;
  let strayed = false;
  const stray = new Promise<never>((_, reject) => {
    parts.onStray((error) => {
      strayed = true;
      reject(error instanceof Error ? error : new Error(`Unhandled rejection: ${String(error)}`));
    });
  });
  stray.catch(() => undefined);
  const unhook = environment.onLoaded(() => hygiene.accept());
  let result = await runAttempt({ ...parts, stray });
  // One turn of the event loop, so that rejections nobody handled come out with this attempt.
  if (result.status === "succeeded") {
    const late = await Promise.race([
      new Promise<undefined>((resolve) => setImmediate(resolve, undefined)),
      stray.catch((error: unknown) => ({ error })),
    ]);
    if (late || strayed) {
      const error = toUserError(late?.error, launch.program.lines, programFile(launch.program.hash));
      result = { status: "failed", reason: "exception", error, displays: result.displays, usage: result.usage };
    }
  }
  unhook();
  output.close();
  parts.onStray(undefined);
  const left = calls.open > 0 ? "left a call of another notebook behind" : parts.scripts.trace;
  calls.close();
  const dirty = result.status === "failed" ? "the attempt failed" : left;
  return { type: "done", result, imported: environment.takeFresh(), ...(dirty === undefined ? {} : { dirty }) };
}
