/** Values given at launch, checked against a notebook's parameters: all faults at once. */
import type { Json, Parameter } from "./dag";

export interface ValueFault {
  readonly name: string;
  readonly message: string;
}

/** Gives every parameter its value (the default where none is given), or names every fault. Never throws. */
export function validateParams(
  params: readonly Parameter[],
  values: unknown,
): { readonly values: Readonly<Record<string, Json>> } | { readonly faults: readonly ValueFault[] } {
  if (values !== undefined && (typeof values !== "object" || values === null || Array.isArray(values))) {
    return { faults: [{ name: "", message: "Parameters are given as an object of names and values." }] };
  }
  const given = new Map(Object.entries(values ?? {}));
  const faults: ValueFault[] = [];
  const result: [string, Json][] = [];
  for (const param of params) {
    const value: unknown = given.get(param.name);
    given.delete(param.name);
    if (value === undefined) {
      result.push([param.name, param.default]);
      continue;
    }
    const fault = validateValue(param, value);
    if (fault) faults.push({ name: param.name, message: `"${param.name}" ${fault}.` });
    else result.push([param.name, value as Json]);
  }
  const known = params.map((param) => param.name).join(", ") || "none";
  for (const name of given.keys()) faults.push({ name, message: `There is no parameter "${name}"; there is: ${known}.` });
  return faults.length > 0 ? { faults } : { values: Object.fromEntries(result) };
}

/** What is wrong with a value, as the end of a sentence that starts with the parameter's name. */
export function validateValue(param: Parameter, value: unknown): string | undefined {
  if (!param.multiple) return validateOne(param, value);
  if (!Array.isArray(value)) return `takes a list, not ${show(value)}`;
  for (const one of value as unknown[]) {
    const fault = validateOne(param, one);
    if (fault) return fault;
  }
  return undefined;
}

function validateOne(param: Parameter, value: unknown): string | undefined {
  if (!isJson(value, 0)) return "has to be JSON";
  if (param.options && !param.options.some((option) => isSame(option, value))) {
    return `has to be one of ${param.options.map(show).join(", ")}, not ${show(value)}`;
  }
  if (param.type !== "json" && typeof value !== param.type) return `has to be a ${param.type}, not ${show(value)}`;
  if (typeof value === "number") {
    if (param.integer && !Number.isInteger(value)) return `has to be a whole number, not ${value}`;
    if (param.min !== undefined && value < param.min) return `has to be ${param.min} or more, not ${value}`;
    if (param.max !== undefined && value > param.max) return `has to be ${param.max} or less, not ${value}`;
  }
  if (typeof value === "string") {
    if (param.pattern !== undefined && !new RegExp(param.pattern, "u").test(value))
      return `has to match ${param.pattern}, and ${show(value)} does not`;
    if (param.format === "date" && !isDate(value)) return `has to be a date such as 2026-01-31, not ${show(value)}`;
    if (param.format === "date-time" && !isDateTime(value))
      return `has to be a date and time such as 2026-01-31T12:00:00Z, not ${show(value)}`;
  }
  return undefined;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** RFC 3339, as JSON Schema's `date-time`. */
function isDateTime(text: string): boolean {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|[+-](\d{2}):(\d{2}))$/i.exec(text);
  if (!found || !isDate(found[1]!)) return false;
  const [hour, minute, second, offsetHour = 0, offsetMinute = 0] = found.slice(2).map((part) => Number(part ?? 0));
  return hour! < 24 && minute! < 60 && second! < 60 && offsetHour < 24 && offsetMinute < 60;
}

function isJson(value: unknown, depth: number): value is Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || depth > 100) return false;
  if (Array.isArray(value)) return value.every((one) => isJson(one, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every((one) => isJson(one, depth + 1));
}

/** Equal as JSON, whatever the order of keys. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  return (
    left.length === Object.keys(b).length &&
    left.every(([key, value]) => Object.hasOwn(b, key) && isSame(value, (b as Record<string, unknown>)[key]))
  );
}

function show(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
  } catch {
    return "that";
  }
}
