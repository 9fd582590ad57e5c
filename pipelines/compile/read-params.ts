/** `const name = param(default, options)` → Parameter, read from the tree without running anything. */
import type { Json, Parameter, ParameterType } from "./dag";
import { validateValue } from "./validate-params";
import { nameOf, nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

export interface ParamFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

const form = "Write: const name = param(default, { … }).";
const formats = ["date", "date-time", "json", "secret", "file", "text"] as const;

/** Reads one call of `param`. With faults, the parameter is what could be read. */
export function readParam(name: string, call: SyntaxNode): { parameter: Parameter | undefined; faults: readonly ParamFault[] } {
  const faults: ParamFault[] = [];
  const fault = (node: SyntaxNode, message: string) => void faults.push({ message, start: node.start, end: node.end });
  const [first, second, ...rest] = nodesAt(call, "arguments");
  if (!first) {
    fault(call, `The parameter "${name}" needs a default value. ${form}`);
    return { parameter: undefined, faults };
  }
  for (const extra of rest) fault(extra, `param takes a default and options, nothing more. ${form}`);
  const initial = readLiteral(first);
  if ("fault" in initial) {
    fault(initial.node, `The default of "${name}" ${initial.fault}`);
    return { parameter: undefined, faults };
  }

  const given = new Map<string, { value: Json; node: SyntaxNode }>();
  if (second && unwrap(second).type !== "ObjectExpression") fault(second, `The options of "${name}" are an object. ${form}`);
  else if (second) {
    for (const property of nodesAt(unwrap(second), "properties")) {
      const key = property.type === "ObjectProperty" ? propertyName(property) : undefined;
      if (key === undefined) {
        fault(property, `An option of "${name}" has to be written name: literal.`);
        continue;
      }
      const value = readLiteral(nodeAt(property, "value")!);
      if ("fault" in value) fault(value.node, `The option "${key}" of "${name}" ${value.fault}`);
      else given.set(key, { value: value.value, node: property });
    }
  }
  const take = <T>(key: string, wanted: string, read: (value: Json) => T | undefined): T | undefined => {
    const found = given.get(key);
    given.delete(key);
    if (!found) return undefined;
    const value = read(found.value);
    if (value === undefined) fault(found.node, `The option "${key}" of "${name}" is ${wanted}.`);
    return value;
  };
  const aString = (value: Json) => (typeof value === "string" ? value : undefined);
  const aNumber = (value: Json) => (typeof value === "number" ? value : undefined);
  const aBoolean = (value: Json) => (typeof value === "boolean" ? value : undefined);
  const places = new Map([...given].map(([key, { node }]) => [key, node]));

  const title = take("title", "a text", aString);
  const description = take("description", "a text", aString);
  const min = take("min", "a number", aNumber);
  const max = take("max", "a number", aNumber);
  const integer = take("integer", "true or false", aBoolean) ?? false;
  const options = take("options", "a list with at least one value", (value) =>
    Array.isArray(value) && value.length > 0 ? (value as readonly Json[]) : undefined,
  );
  const multiple = take("multiple", "true or false", aBoolean) ?? false;
  const pattern = take("pattern", "a regular expression as a text", (value) => (isPattern(value) ? (value as string) : undefined));
  const format = take("format", `one of ${formats.join(", ")}`, (value) => formats.find((one) => one === value));
  for (const [key, { node }] of given) {
    fault(node, `param knows no option "${key}"; it knows title, description, min, max, integer, options, multiple, pattern and format.`);
  }

  const type =
    format === "json"
      ? "json"
      : typeOf(multiple ? (options ?? asList(initial.value)) : options ? [initial.value, ...options] : [initial.value]);
  const parameter: Parameter = {
    name,
    default: initial.value,
    type,
    title,
    description,
    min,
    max,
    integer,
    options,
    multiple,
    pattern,
    format,
  };
  const only = (key: string, wanted: ParameterType) => {
    const node = places.get(key);
    if (node && type !== wanted) fault(node, `"${key}" is for a ${wanted}, and "${name}" is a ${type}.`);
  };
  only("min", "number");
  only("max", "number");
  if (integer) only("integer", "number");
  only("pattern", "string");
  if (format !== "json") only("format", "string");
  if (min !== undefined && max !== undefined && min > max) fault(places.get("min")!, `min is above max: no value of "${name}" would do.`);
  if (multiple && !Array.isArray(initial.value)) fault(first, `"${name}" takes multiple values: its default is a list.`);
  if (faults.length === 0) {
    const bad = validateValue(parameter, parameter.default);
    if (bad) fault(first, `The default of "${name}" ${bad}.`);
  }
  return { parameter, faults };
}

type Literal = { readonly value: Json } | { readonly fault: string; readonly node: SyntaxNode };

/** Numbers, strings, booleans, null, and arrays and objects of them. */
function readLiteral(wrapped: SyntaxNode): Literal {
  const node = unwrap(wrapped);
  switch (node.type) {
    case "NumericLiteral":
    case "StringLiteral":
    case "BooleanLiteral":
      return Number.isFinite(node["value"] as number) || typeof node["value"] !== "number"
        ? { value: node["value"] as Json }
        : { fault: "is too large for a number.", node };
    case "NullLiteral":
      return { value: null };
    case "TemplateLiteral": {
      const [quasi] = nodesAt(node, "quasis");
      const text = (quasi?.["value"] as { cooked?: string } | undefined)?.cooked;
      if (nodesAt(node, "expressions").length === 0 && text !== undefined) return { value: text };
      break;
    }
    case "UnaryExpression": {
      const operator = node["operator"];
      const inner = readLiteral(nodeAt(node, "argument")!);
      if ("value" in inner && typeof inner.value === "number" && (operator === "-" || operator === "+")) {
        return { value: operator === "-" ? -inner.value : inner.value };
      }
      break;
    }
    case "ArrayExpression": {
      const values: Json[] = [];
      for (const element of node["elements"] as (SyntaxNode | null)[]) {
        const inner: Literal = element ? readLiteral(element) : { fault: "has a hole in a list.", node };
        if ("fault" in inner) return inner;
        values.push(inner.value);
      }
      return { value: values };
    }
    case "ObjectExpression": {
      const entries: [string, Json][] = [];
      for (const property of nodesAt(node, "properties")) {
        const key = property.type === "ObjectProperty" ? propertyName(property) : undefined;
        const inner: Literal =
          key === undefined ? { fault: "has to be written out: name: literal.", node: property } : readLiteral(nodeAt(property, "value")!);
        if ("fault" in inner) return inner;
        entries.push([key!, inner.value]);
      }
      return { value: Object.fromEntries(entries) };
    }
  }
  return {
    fault: "has to be a literal (number, string, boolean, null, or a list or object of them): it is read without running anything.",
    node,
  };
}

function propertyName(property: SyntaxNode): string | undefined {
  const key = nodeAt(property, "key")!;
  if (property["computed"]) return undefined;
  return nameOf(key) ?? (key.type === "StringLiteral" || key.type === "NumericLiteral" ? String(key["value"]) : undefined);
}

function isPattern(value: Json): boolean {
  if (typeof value !== "string") return false;
  try {
    new RegExp(value, "u");
    return true;
  } catch {
    return false;
  }
}

function asList(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value as Json];
}

/** The widened type that all values share; "json" when they share none. */
function typeOf(values: readonly Json[]): ParameterType {
  const [type, ...others] = new Set(values.map((value) => typeof value));
  if (others.length > 0) return "json";
  return type === "number" || type === "string" || type === "boolean" ? type : "json";
}
