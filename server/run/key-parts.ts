/** The parts of a task run's cache key, hashed. */
import crypto from "node:crypto";
import { canonicalJson, keyText, outcomeOptions, sdkMajor, type KeyParts } from "@/pipelines/run/cache-key";
import type { RunState, TaskRunState } from "@/pipelines/run/run-state";
import { inputHash, modeOf, readInputs } from "@/pipelines/run/task-inputs";
import type { Reached } from "../environment/lock-key";
import { programOf } from "./programs";

export interface KeySurroundings {
  readonly environmentHash: string;
  /** The part of the packages of a run's own that a task can reach; without it all of them count. */
  readonly environmentKey?: ((workspaceId: string, environment: string, reached: Reached) => Promise<string>) | undefined;
  /** Of the image of cells that name none, or of the one a cell names. */
  readonly imageDigest: (image: string | undefined) => Promise<string>;
}

/** What is not the run's own: files it names, the image and the packages it runs on, each by its hash. */
export type Ground = Pick<KeyParts, "data" | "image" | "environment">;

export function makeKeyParts(run: RunState, taskRun: TaskRunState, ground: Ground): KeyParts {
  const task = run.plan.tasks[taskRun.task]!;
  const mode = modeOf(run, taskRun);
  const inputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(readInputs(run, taskRun))) {
    const hash = inputHash(value);
    inputs[name] = hash.startsWith("[") ? `list:${sha256(hash)}` : hash;
  }
  const params: Record<string, string> = {};
  for (const name of task.paramReads[mode]) params[name] = sha256(canonicalJson(run.spec.params[name] ?? null)).slice(0, 32);
  return {
    program: programOf(task, mode).hash,
    inputs,
    params,
    ...ground,
    options: outcomeOptions(task, mode),
    sdk: sdkMajor,
  };
}

export function keyOf(parts: KeyParts): string {
  return sha256(keyText(parts));
}

function sha256(text: string): string {
  return crypto.createHash("sha256").update(text).digest("hex");
}
