/** Requests for attempts with tiny hand-written programs, as tests and benches need them. */
import { createHash, randomUUID } from "node:crypto";
import type { AttemptRequest, ExecutableProgram } from "../executor";

/** `body` stands in lines of its own, from line 2: line n of it is line n of the cell `cell-1`. */
export function toProgram(body: string): ExecutableProgram {
  const code = `async function(__heddle) {\n${body}\n}`;
  const lines = [{ line: 2, count: body.split("\n").length, cell: "c1", cellKey: "cell-1", cellLine: 1 }];
  return { hash: createHash("sha256").update(code).digest("hex"), code, lines };
}

export type RequestChanges = Partial<Omit<AttemptRequest, "limits" | "program">> & {
  readonly limits?: Partial<AttemptRequest["limits"]>;
  readonly program?: ExecutableProgram;
};

export function toRequest(body: string, changes: RequestChanges = {}): AttemptRequest {
  const { limits, ...rest } = changes;
  const workspaceId = rest.workspaceId ?? "w1";
  const notebookId = "notebookId" in rest ? rest.notebookId : "n1";
  return {
    taskRunId: randomUUID(),
    attempt: 1,
    workspaceId,
    notebookId,
    run: { id: "r1", workspaceId, notebookId, notebook: "Test", trigger: "manual", params: {}, logicalDate: undefined },
    taskKey: "cell-1",
    mapIndex: undefined,
    mode: "task",
    program: toProgram(body),
    inputs: {},
    params: {},
    secrets: {},
    isolation: "run",
    network: false,
    image: undefined,
    ...rest,
    limits: { cpu: 1, memory: 1024 ** 3, gpu: 0, timeoutMs: 60_000, ...limits },
  };
}
