/** A notebook's parameters as JSON Schema, draft 2020-12. */
import type { Json, Parameter } from "./dag";

export function toJsonSchema(params: readonly Parameter[]): { readonly [key: string]: Json } {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: Object.fromEntries(params.map((param) => [param.name, toProperty(param)])),
    additionalProperties: false,
  };
}

function toProperty(param: Parameter): { readonly [key: string]: Json } {
  const one: Record<string, Json> = param.type === "json" ? {} : { type: param.integer ? "integer" : param.type };
  if (param.options) one["enum"] = param.options;
  if (param.min !== undefined) one["minimum"] = param.min;
  if (param.max !== undefined) one["maximum"] = param.max;
  if (param.pattern !== undefined) one["pattern"] = param.pattern;
  if (param.format === "date" || param.format === "date-time") one["format"] = param.format;
  const schema: Record<string, Json> = param.multiple ? { type: "array", items: one } : one;
  if (param.format === "secret") schema["writeOnly"] = true;
  if (param.title !== undefined) schema["title"] = param.title;
  if (param.description !== undefined) schema["description"] = param.description;
  schema["default"] = param.default;
  return schema;
}
