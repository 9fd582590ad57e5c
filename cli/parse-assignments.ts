import type { Json, Parameter } from "@/pipelines/compile/dag";

/** `name=value` pairs: JSON where it is JSON, else text; always text for a parameter whose type is string. */
export function parseAssignments(
  assignments: readonly string[],
  params: readonly Parameter[],
): { readonly values: Readonly<Record<string, Json>> } | { readonly faults: readonly string[] } {
  const values: Record<string, Json> = {};
  const faults: string[] = [];
  for (const assignment of assignments) {
    const at = assignment.indexOf("=");
    if (at < 1) {
      faults.push(`"-p ${assignment}" has no "=": write -p name=value.`);
      continue;
    }
    const name = assignment.slice(0, at);
    const text = assignment.slice(at + 1);
    const param = params.find((other) => other.name === name);
    values[name] = param?.type === "string" && !param.multiple ? text : parseJson(text);
  }
  return faults.length > 0 ? { faults } : { values };
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
