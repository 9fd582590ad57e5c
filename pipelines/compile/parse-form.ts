/**
 * The form of an [approval] cell: `form="rate:number, note:text=, choice:keep|replace"`. Each name becomes a value of the
 * notebook, with the type that stands behind the colon; `=` gives a default, without one the field has to be filled.
 */
import type { Json, Parameter } from "./dag";
import { isName } from "./reserved-names";
import { validateValue } from "./validate-params";

export interface FormField extends Parameter {
  readonly required: boolean;
}

export type ParsedForm = { readonly fields: readonly FormField[] } | { readonly fault: string };

const types = ["text", "number", "integer", "boolean", "date", "date-time"] as const;

export function parseForm(text: string | undefined): ParsedForm {
  const fields: FormField[] = [];
  for (const part of (text ?? "").split(",").map((one) => one.trim())) {
    if (part === "" && (text ?? "").trim() === "") continue;
    const found = /^([^:=\s]*)\s*(?::\s*([^=]*?))?\s*(?:=\s*(.*))?$/u.exec(part);
    const [, name = "", type = "text", given] = found ?? [];
    if (!isName(name)) {
      return { fault: `"${name === "" ? part : name}" cannot be a name: form= takes names as a variable has them, such as rate:number.` };
    }
    if (fields.some((field) => field.name === name)) return { fault: `"${name}" stands twice in form=.` };
    const shape = readType(type);
    if (!shape) return { fault: `"${type}" is no type of a form: use ${types.join(", ")}, or choices such as keep|replace.` };
    const field: FormField = { ...blank, ...shape, name, default: null, required: given === undefined };
    if (given === undefined) {
      // A box that nobody ticks says no.
      fields.push(field.type === "boolean" ? { ...field, default: false, required: false } : field);
      continue;
    }
    const value = readValue(field, given);
    const fault = validateValue(field, value);
    if (fault !== undefined) return { fault: `The default of "${name}" ${fault}.` };
    fields.push({ ...field, default: value });
  }
  return { fields };
}

/** Gives every field its value, or names every fault. Never throws. */
export function validateAnswer(
  fields: readonly FormField[],
  given: Readonly<Record<string, Json>>,
):
  | { readonly values: Readonly<Record<string, Json>> }
  | { readonly faults: readonly { readonly name: string; readonly message: string }[] } {
  const faults: { name: string; message: string }[] = [];
  const values: [string, Json][] = [];
  for (const field of fields) {
    const value = Object.hasOwn(given, field.name) ? given[field.name]! : field.required ? undefined : field.default;
    const fault = value === undefined ? "is not filled in" : validateValue(field, value);
    if (fault === undefined) values.push([field.name, value!]);
    else faults.push({ name: field.name, message: `"${field.name}" ${fault}.` });
  }
  for (const name of Object.keys(given)) {
    if (!fields.some((field) => field.name === name)) faults.push({ name, message: `The form does not ask for "${name}".` });
  }
  return faults.length > 0 ? { faults } : { values: Object.fromEntries(values) };
}

/** What somebody typed, as the field's type has it: text where it cannot be read, so that validation says so. */
export function readValue(field: Parameter, text: string): Json {
  const option = field.options?.find((one) => String(one) === text);
  if (option !== undefined) return option;
  if (field.type === "number") return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
  if (field.type === "boolean") return text === "true" || text === "yes" ? true : text === "false" || text === "no" ? false : text;
  if (field.type === "string") return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

const blank = {
  title: undefined,
  description: undefined,
  min: undefined,
  max: undefined,
  integer: false,
  options: undefined,
  multiple: false,
  pattern: undefined,
  format: undefined,
} as const;

function readType(text: string): (Pick<Parameter, "type"> & Partial<Parameter>) | undefined {
  if (text.includes("|")) {
    const options = text.split("|").map((one) => one.trim());
    if (options.some((one) => one === "")) return undefined;
    const isNumbers = options.every((one) => !Number.isNaN(Number(one)));
    return { type: isNumbers ? "number" : "string", options: isNumbers ? options.map(Number) : options };
  }
  switch (types.find((one) => one === text)) {
    case "text":
      return { type: "string" };
    case "number":
      return { type: "number" };
    case "integer":
      return { type: "number", integer: true };
    case "boolean":
      return { type: "boolean" };
    case "date":
    case "date-time":
      return { type: "string", format: text as "date" | "date-time" };
    case undefined:
      return undefined;
  }
}
