/** `runNotebook` of "heddle" as a cell has it: calls.ts asks, the server runs, the answer's values are read on first use. */
import type { CallAnswer, CallWord } from "@/pipelines/protocol/messages";
import type * as Heddle from "@/pipelines/sdk/heddle";
import type { Calls } from "./calls";
import type { InputReader } from "./input-reader";

export function makeRunNotebook(calls: Calls, inputs: InputReader): typeof Heddle.runNotebook {
  return async function runNotebook<Outputs extends object>(notebook: string, params: object = {}): Promise<Outputs> {
    // Made here, while the caller's line is still on the stack.
    const fault = new Error();
    Error.captureStackTrace(fault, runNotebook);
    const answer = await calls.ask(toName(notebook), toParams(params));
    if (!answer.ok) throw toError(fault, answer);
    await inputs.prepare(answer.outputs);
    const outputs = inputs.lazily(answer.outputs);
    for (const [name, value] of Object.entries(answer.params)) outputs[name] = value;
    return outputs as Outputs;
  };
}

function toName(notebook: unknown): string {
  if (typeof notebook === "string" && notebook.trim() !== "" && notebook.length <= 300) return notebook.trim();
  throw new TypeError('runNotebook() takes the title of a notebook: runNotebook("Train a model", { epochs: 5 }).');
}

/** Parameters are JSON: what is none is named, not changed on the way. */
function toParams(params: unknown): CallWord["params"] {
  if (typeof params !== "object" || params === null || Array.isArray(params))
    throw new TypeError("runNotebook() takes its parameters as an object of names and values.");
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    // Left out, as a default is meant.
    if (value === undefined) continue;
    const at = findForeign(value, name, new Set());
    if (at !== undefined)
      throw new TypeError(`runNotebook(): ${at}. Parameters are JSON: numbers, texts, true and false, null, lists and objects of them.`);
    result[name] = value;
  }
  return JSON.parse(JSON.stringify(result)) as CallWord["params"];
}

function findForeign(value: unknown, path: string, above: Set<unknown>): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (typeof value !== "object") return `${path} is ${value === undefined ? "undefined" : `a ${typeof value}`}`;
  if (above.has(value)) return `${path} contains itself`;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Compared by name: the object may come from another realm.
  const kind = (prototype as { constructor?: { name?: string } } | null)?.constructor?.name;
  if (!Array.isArray(value) && prototype !== null && kind !== "Object") return `${path} is a ${kind ?? "thing of its own kind"}`;
  const inside = new Set(above).add(value);
  for (const [key, item] of Object.entries(value)) {
    const found = findForeign(item, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function toError(fault: Error, answer: Extract<CallAnswer, { ok: false }>): Error {
  const { message, notebook, run, status, reason } = answer;
  const frames = (fault.stack ?? "").split("\n").slice(1).join("\n");
  fault.name = "NotebookRunError";
  fault.message = message;
  fault.stack = `${fault.name}: ${message}\n${frames}`;
  return Object.assign(fault, { notebook, runId: run?.id, runNumber: run?.number, status, reason });
}
