import type { Json } from "@/pipelines/compile/dag";
import { runOutcome } from "@/pipelines/run/run-outcome";
import { taskRunId, type RunState, type TaskRunState } from "@/pipelines/run/run-state";
import { modeOf, readInputs } from "@/pipelines/run/task-inputs";
import type { AttemptRequest } from "../executor/executor";
import { programOf } from "./programs";

/** Everything an executor needs to start the current attempt of a task run. */
export function toAttemptRequest(run: RunState, taskRun: TaskRunState, at: number): AttemptRequest {
  const { spec } = run;
  const task = run.plan.tasks[taskRun.task]!;
  const mode = modeOf(run, taskRun);
  const params: Record<string, Json> = {};
  for (const name of task.paramReads[mode]) params[name] = spec.params[name] ?? null;
  const { id, workspaceId, notebookId, notebook, trigger, logicalDate } = spec;
  return {
    taskRunId: taskRunId(id, taskRun.ordinal),
    attempt: taskRun.attempt,
    workspaceId,
    notebookId,
    run: { id, workspaceId, notebookId, notebook, trigger, params: spec.params, logicalDate },
    outcome: runOutcome(run, taskRun, at),
    taskKey: task.key,
    mapIndex: taskRun.mapIndex,
    mode,
    program: programOf(task, mode),
    inputs: readInputs(run, taskRun),
    params,
    secrets: {},
    limits: {
      cpu: task.options.cpu,
      memory: task.options.memory,
      // Working out what to fan out over needs none.
      gpu: mode === "expand" ? 0 : task.options.gpu,
      timeoutMs: task.options.timeout,
    },
    isolation: task.options.isolation,
    network: task.options.network,
    image: task.options.image ?? spec.dag.image,
    environment: spec.environment,
    pool: task.options.pool,
    datasets: task.datasets,
    ...(task.kind === "script" ? { script: true } : {}),
  };
}
