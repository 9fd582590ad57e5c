/** JavaScript of tasks, made once per text and kept: never during a run. */
import crypto from "node:crypto";
import type { Task } from "@/pipelines/compile/dag";
import type { AttemptMode } from "@/pipelines/run/task-inputs";
import type { ExecutableProgram } from "../executor/executor";
import { toExecutable, toExpandExecutable } from "../notebook/program";

const most = 5_000;
const made = new Map<string, ExecutableProgram>();
const byTask = new WeakMap<Task, Map<AttemptMode, ExecutableProgram>>();

export function programOf(task: Task, mode: AttemptMode): ExecutableProgram {
  let modes = byTask.get(task);
  if (!modes) byTask.set(task, (modes = new Map()));
  let program = modes.get(mode);
  if (!program) modes.set(mode, (program = make(task, mode)));
  return program;
}

function make(task: Task, mode: AttemptMode): ExecutableProgram {
  const text = JSON.stringify([
    mode,
    mode === "task" ? task.program : task.expandProgram,
    task.each,
    task.when,
    task.reads,
    task.paramReads,
    task.kind === "script" ? [task.settings, task.options.image] : "",
  ]);
  const key = crypto.createHash("sha256").update(text).digest("base64");
  let program = made.get(key);
  if (!program) {
    if (made.size >= most) made.clear();
    program = mode === "task" ? toExecutable(task) : toExpandExecutable(task);
    if (!program) throw new Error(`The task ${task.key} fans nothing out.`);
    made.set(key, program);
  }
  return program;
}
