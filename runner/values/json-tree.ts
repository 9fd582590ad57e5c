/** Any value as JSON that a person can read: bounded in depth, breadth and size, and honest about what was left out. */
import { shortNumber, summarize } from "./summary";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface JsonTree {
  readonly value: Json;
  readonly cut: boolean;
}

/** `budget` is a number of characters, about. */
export function toJsonTree(value: unknown, budget: number): JsonTree {
  const state = { left: budget, cut: false };
  return { value: visit(value, state, 0, new Set()), cut: state.cut };
}

function visit(value: unknown, state: { left: number; cut: boolean }, depth: number, above: Set<object>): Json {
  state.left -= 8;
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "string": {
      const room = Math.max(100, Math.min(10_000, state.left));
      state.left -= Math.min(value.length, room);
      if (value.length <= room) return value;
      state.cut = true;
      return `${value.slice(0, room)}… (${value.length} characters)`;
    }
    case "undefined":
      return "undefined";
    case "bigint":
      return `${value}n`;
    case "function":
    case "symbol":
      return typeof value;
  }
  if (typeof value !== "object" || value === null) return null;
  if (value instanceof Date || value instanceof RegExp || value instanceof Error) return summarize(value).replace(/^Date · /, "");
  if (above.has(value)) return "(circular)";
  if (depth >= 8) {
    state.cut = true;
    return summarize(value);
  }
  above.add(value);
  const json = container(value, state, depth, above);
  above.delete(value);
  return json;
}

function container(value: object, state: { left: number; cut: boolean }, depth: number, above: Set<object>): Json {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const numbers = value as unknown as ArrayLike<number | bigint>;
    const head = Array.from({ length: Math.min(numbers.length, 20) }, (_, index) => Number(shortNumber(Number(numbers[index]))));
    return { [summarize(value)]: head.map((number) => (Number.isFinite(number) ? number : String(number))) };
  }
  if (Array.isArray(value)) return items(value, value.length, state, depth, above);
  if (value instanceof Map) return { [summarize(value)]: items(value, value.size, state, depth, above) };
  if (value instanceof Set) return { [summarize(value)]: items(value, value.size, state, depth, above) };
  if (value instanceof ArrayBuffer || value instanceof Promise) return summarize(value);
  const json: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    if (state.left <= 0) {
      state.cut = true;
      break;
    }
    state.left -= key.length;
    Object.defineProperty(json, key, {
      value: visit((value as Record<string, unknown>)[key], state, depth + 1, above),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return json;
}

function items(values: Iterable<unknown>, length: number, state: { left: number; cut: boolean }, depth: number, above: Set<object>): Json {
  const json: Json[] = [];
  for (const value of values) {
    if (state.left <= 0) {
      state.cut = true;
      json.push(`… (${length - json.length} more)`);
      break;
    }
    json.push(visit(value, state, depth + 1, above));
  }
  return json;
}
