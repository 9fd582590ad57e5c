/** The key of a stored result (language §7) in parts by name, so that "why did this run?" has an answer. */
import type { Task } from "../compile/dag";

export interface KeyParts {
  /** Hash of the executable program. */
  readonly program: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  readonly image: string;
  readonly environment: string;
  readonly options: Readonly<Record<string, string>>;
  readonly sdk: string;
}

/** Why a task run did or did not run. `name` is the input, parameter, file or option that differs. */
export interface WhyPart {
  readonly type:
    | "cached"
    | "first-run"
    | "cache-off"
    /** It runs other notebooks, whose newest version nobody knows beforehand; their tasks have keys of their own. */
    | "calls"
    | "expired"
    | "program"
    | "input"
    | "param"
    | "data"
    | "environment"
    | "options"
    | "retry"
    | "cleared"
    | "waits"
    | "not-started";
  readonly name?: string | undefined;
}

export const sdkMajor = "1";

/** Options that can change what a cell gives; the others only change how it is tried. */
export function outcomeOptions(task: Task, mode: "task" | "expand"): Record<string, string> {
  const { join, network, secrets } = task.options;
  return {
    mode,
    join,
    network: String(network),
    secrets: secrets.join(","),
    outputs: task.outputs.join(","),
    when: task.when ?? "",
  };
}

/** Canonical text of the parts: hashing it gives the key. */
export function keyText(parts: KeyParts): string {
  return JSON.stringify([
    parts.program,
    sorted(parts.inputs),
    sorted(parts.params),
    sorted(parts.data),
    parts.image,
    parts.environment,
    sorted(parts.options),
    parts.sdk,
  ]);
}

/** The first part that differs from the last time. Equal parts and still no stored result: it has expired. */
export function explainWhy(parts: KeyParts, previous: KeyParts | undefined): WhyPart {
  if (!previous) return { type: "first-run" };
  if (parts.program !== previous.program) return { type: "program" };
  for (const [type, now, then] of [
    ["input", parts.inputs, previous.inputs],
    ["param", parts.params, previous.params],
    ["data", parts.data, previous.data],
  ] as const) {
    const name = firstDifference(now, then);
    if (name !== undefined) return { type, name };
  }
  if (parts.image !== previous.image) return { type: "environment", name: "image" };
  if (parts.environment !== previous.environment) return { type: "environment", name: "dependencies" };
  const option = firstDifference(parts.options, previous.options);
  if (option !== undefined) return { type: "options", name: option };
  if (parts.sdk !== previous.sdk) return { type: "environment", name: "heddle" };
  return { type: "expired" };
}

function firstDifference(now: Readonly<Record<string, string>>, then: Readonly<Record<string, string>>): string | undefined {
  return [...new Set([...Object.keys(now), ...Object.keys(then)])].sort().find((name) => now[name] !== then[name]);
}

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Canonical JSON: keys sorted at every depth, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
