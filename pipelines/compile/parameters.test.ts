import { describe, expect, test } from "vitest";
import { parse } from "../notebook/parse";
import { compile } from "./compile";
import type { Parameter } from "./dag";
import { toJsonSchema } from "./to-json-schema";
import { validateParams } from "./validate-params";

const read = (...definitions: string[]): readonly Parameter[] =>
  compile(parse(`// %% P [params]\nimport { param } from "heddle";\n${definitions.join("\n")}\n`)).dag.params;
const schema = (source: string) => (toJsonSchema(read(`const p = param(${source});`))["properties"] as Record<string, unknown>)["p"];
const fault = (source: string, value: unknown) => {
  const result = validateParams(read(`const p = param(${source});`), { p: value });
  return "faults" in result ? result.faults.map((one) => one.message).join(" ") : undefined;
};

describe("§5 values given at launch", () => {
  test("a parameter that is not given has its default", () => {
    expect(validateParams(read("const a = param(1);", "const b = param('x');"), { b: "y" })).toEqual({ values: { a: 1, b: "y" } });
    expect(validateParams(read("const a = param(1);"), undefined)).toEqual({ values: { a: 1 } });
    expect(validateParams(read("const a = param(1);"), { a: undefined })).toEqual({ values: { a: 1 } });
  });
  test("an unknown name, a wrong type and a value out of range are refused, all at once", () => {
    const params = read("const rate = param(0.1, { min: 0, max: 1 });", "const name = param('adam', { options: ['sgd', 'adam'] });");
    expect(validateParams(params, { rate: 2, name: "rms", rat: 1 })).toEqual({
      faults: [
        { name: "rate", message: '"rate" has to be 1 or less, not 2.' },
        { name: "name", message: '"name" has to be one of "sgd", "adam", not "rms".' },
        { name: "rat", message: 'There is no parameter "rat"; there is: rate, name.' },
      ],
    });
  });
  test("what is no object of names and values is refused", () => {
    for (const values of [null, 1, "a", [], [1]]) expect(validateParams([], values)).toHaveProperty("faults");
  });
  test("names of Object.prototype are names like any other", () => {
    expect(validateParams([], JSON.parse('{"__proto__": 1, "constructor": 2}'))).toMatchObject({
      faults: [{ name: "__proto__" }, { name: "constructor" }],
    });
  });
  test("every option is checked, and the fault says what would do", () => {
    for (const [source, bad, said] of [
      ["1", "1", "has to be a number"],
      ["'a'", 1, "has to be a string"],
      ["true", "true", "has to be a boolean"],
      ["1", NaN, "has to be JSON"],
      ["1", Infinity, "has to be JSON"],
      ["1", null, "has to be a number"],
      ["1, { min: 0 }", -1, "has to be 0 or more"],
      ["1, { max: 2 }", 3, "has to be 2 or less"],
      ["1, { integer: true }", 1.5, "whole number"],
      ["'ab', { pattern: '^a' }", "b", "has to match ^a"],
      ["'2026-01-31', { format: 'date' }", "2026-02-30", "a date such as"],
      ["'2026-01-31', { format: 'date' }", "31.1.2026", "a date such as"],
      ["'2026-01-31T00:00:00Z', { format: 'date-time' }", "2026-01-31", "a date and time such as"],
      ["'2026-01-31T00:00:00Z', { format: 'date-time' }", "2026-01-31T24:00:00Z", "a date and time such as"],
      ["['a'], { multiple: true, options: ['a', 'b'] }", "a", "takes a list"],
      ["['a'], { multiple: true, options: ['a', 'b'] }", ["a", "c"], "has to be one of"],
      ["{ a: 1 }", () => 1, "has to be JSON"],
      ["{ a: 1 }", new Map(), "has to be JSON"],
    ] as const) {
      expect(fault(source, bad), `${source} ← ${String(bad)}`).toContain(said);
    }
  });
  test("a value that fits is taken", () => {
    for (const [source, value] of [
      ["1, { min: 0, max: 2 }", 0],
      ["1, { min: 0, max: 2 }", 2],
      ["'a', { options: ['a', { b: 1, c: 2 }] }", { c: 2, b: 1 }],
      ["['a'], { multiple: true }", []],
      ["{ a: 1 }", [1, { b: null }]],
      ["null", "anything"],
      ["'2026-01-31T00:00:00Z', { format: 'date-time' }", "2026-01-31T12:00:00.5+02:00"],
    ] as const) {
      expect(fault(source, value), source).toBeUndefined();
    }
  });
  test("what refers to itself is refused, not followed for ever", () => {
    const value: Record<string, unknown> = {};
    value["self"] = value;
    expect(fault("{ a: 1 }", value)).toContain("has to be JSON");
  });
});

describe("§5 a notebook's parameters as JSON Schema (2020-12)", () => {
  test("an object with a property for each parameter, and no other", () => {
    expect(toJsonSchema(read("const a = param(1);", "const b = param('x');"))).toEqual({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { a: { type: "number", default: 1 }, b: { type: "string", default: "x" } },
      additionalProperties: false,
    });
  });
  test("each option has its keyword", () => {
    expect(schema("3, { title: 'T', description: 'D', min: 1, max: 9, integer: true }")).toEqual({
      type: "integer",
      minimum: 1,
      maximum: 9,
      title: "T",
      description: "D",
      default: 3,
    });
    expect(schema("'a', { options: ['a', 'b'] }")).toEqual({ type: "string", enum: ["a", "b"], default: "a" });
    expect(schema("'a', { pattern: '^a$' }")).toEqual({ type: "string", pattern: "^a$", default: "a" });
    expect(schema("'2026-01-31', { format: 'date' }")).toEqual({ type: "string", format: "date", default: "2026-01-31" });
    expect(schema("'', { format: 'secret' }")).toEqual({ type: "string", writeOnly: true, default: "" });
    expect(schema("{ a: [1] }")).toEqual({ default: { a: [1] } });
  });
  test("multiple values are an array of the type of one", () => {
    expect(schema("['a'], { multiple: true, options: ['a', 'b'] }")).toEqual({
      type: "array",
      items: { type: "string", enum: ["a", "b"] },
      default: ["a"],
    });
  });
  test("options of several types are an enum without a type", () => {
    expect(schema("1, { options: [1, 'b'] }")).toEqual({ enum: [1, "b"], default: 1 });
  });
});
