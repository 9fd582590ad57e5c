/** An attempt as it goes over the wire to another machine, and back into the request that a local executor takes. */
import type { WorkerRequest, WorkerValue } from "@/pipelines/protocol/worker";
import type { ValueRef } from "@/pipelines/run/run";
import type { AttemptRequest, InputRef } from "../executor";

export function toWorkerRequest(request: AttemptRequest): WorkerRequest {
  const { notebookId, mapIndex, image, environment, outcome, run, inputs, program, datasets: _datasets, pool: _pool, ...rest } = request;
  const { notebookId: _, logicalDate, ...runRest } = run;
  return {
    ...rest,
    params: rest.params as never,
    ...(notebookId === undefined ? {} : { notebookId }),
    ...(mapIndex === undefined ? {} : { mapIndex }),
    ...(image === undefined ? {} : { image }),
    ...(environment === undefined ? {} : { environment }),
    ...(outcome === undefined ? {} : { outcome }),
    run: {
      ...runRest,
      params: run.params as never,
      ...(notebookId === undefined ? {} : { notebookId }),
      ...(logicalDate === undefined ? {} : { logicalDate }),
    },
    program: { hash: program.hash, code: program.code, lines: [...program.lines] },
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, toInput(input)])),
  };
}

export function fromWorkerRequest(request: WorkerRequest): AttemptRequest {
  const { notebookId, mapIndex, image, outcome, run, ...rest } = request;
  return {
    ...rest,
    inputs: rest.inputs as AttemptRequest["inputs"],
    notebookId,
    mapIndex,
    image,
    outcome,
    run: { ...run, trigger: run.trigger as AttemptRequest["run"]["trigger"], notebookId: run.notebookId, logicalDate: run.logicalDate },
  };
}

function toInput(input: InputRef): WorkerRequest["inputs"][string] {
  if ("absent" in input) return { absent: true };
  return "list" in input ? { list: input.list.map(toValue) } : toValue(input);
}

/** Without what only pages want. */
function toValue({ hash, bytes, codec, inline }: ValueRef): WorkerValue {
  return { hash, bytes, codec, summary: "", ...(inline === undefined ? {} : { inline }) };
}
