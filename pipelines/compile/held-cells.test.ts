/** Cells that wait: their headers, their forms, and what they read. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "../notebook/parse";
import { compile } from "./compile";
import { parseForm, validateAnswer } from "./parse-form";
import { foreverMs } from "./parse-options";
import { readMoment, waitEnd } from "./wait-end";

const faults = (text: string) =>
  compile(parse(text))
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ message }) => message);

test("the names of a form are values with types, and what the text shows is read", () => {
  const { dag, diagnostics } = compile(
    parse(`// %% Train
const error = 0.25;
const other = 1;

// %% Promote [approval] form="rate:number, note=none"
// The error is \${error}; \${nothing} stays as it is.

// %% Deploy
export const deployed = rate + note.length;
`),
  );
  expect(diagnostics).toEqual([]);
  const promote = dag.tasks.find(({ key }) => key === "promote")!;
  expect(promote).toMatchObject({
    kind: "approval",
    outputs: ["note", "rate"],
    needs: [{ task: "train", names: ["error"] }],
    body: "The error is ${error}; ${nothing} stays as it is.",
  });
  expect(promote.options.timeout).toBe(foreverMs);
  expect(dag.tasks.find(({ key }) => key === "deploy")!.needs).toEqual([{ task: "promote", names: ["note", "rate"] }]);
});

test("headers that cannot be meant are errors that say what to write", () => {
  expect(faults("// %% A [approval] form=1x\n// ?\n")).toEqual([expect.stringContaining('"1x" cannot be a name')]);
  expect(faults("// %% A [approval] form=a:colour\n// ?\n")).toEqual([expect.stringContaining('"colour" is no type')]);
  expect(faults("// %% A [approval] form=a:number=many\n// ?\n")).toEqual([
    expect.stringContaining('The default of "a" has to be a number'),
  ]);
  expect(faults("// %% A [wait] for=soon\n")).toEqual([expect.stringContaining("for= needs a time")]);
  expect(faults("// %% A [wait] until=tomorrow\n")).toEqual([expect.stringContaining("until= needs a moment")]);
  expect(faults("// %% A [wait]\n")).toEqual([expect.stringContaining("one of for=20s and until=")]);
  expect(faults("// ---\n// defaults: { runTimeout: long }\n// ---\n")).toEqual([expect.stringContaining("runTimeout: needs a time")]);
});

test("an answer is checked field by field, all faults at once", () => {
  const form = parseForm("rate:number, sure:boolean, tier:gold|silver, many:integer=3, day:date, free");
  if ("fault" in form) throw new Error(form.fault);
  const answer = { rate: 0.5, sure: true, tier: "gold", day: "2026-12-01", free: "" };
  expect(validateAnswer(form.fields, answer)).toEqual({ values: { ...answer, many: 3 } });
  const { sure: _, ...unticked } = answer;
  expect(validateAnswer(form.fields, unticked)).toMatchObject({ values: { sure: false } });
  const bad = validateAnswer(form.fields, { rate: "x", tier: "lead", many: 1.5, day: "soon", extra: 1 });
  expect("faults" in bad && bad.faults.map(({ name }) => name)).toEqual(["rate", "tier", "many", "day", "free", "extra"]);
});

test("parsing a form never throws, and its names are unique", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const form = parseForm(text);
      if ("fields" in form) expect(new Set(form.fields.map(({ name }) => name)).size).toBe(form.fields.length);
    }),
  );
});

test("a wait ends after its time, at its moment, or when a clock in UTC next shows it", () => {
  const at = Date.parse("2026-11-22T10:00:00Z");
  expect(waitEnd({ for: "1h30m" }, at) - at).toBe(5_400_000);
  expect(waitEnd({ until: "2026-12-01T08:00:00+01:00" }, at)).toBe(Date.parse("2026-12-01T07:00:00Z"));
  expect(new Date(readMoment("11:30", at)!).toISOString()).toBe("2026-11-22T11:30:00.000Z");
  expect(new Date(readMoment("10:00", at)!).toISOString()).toBe("2026-11-23T10:00:00.000Z");
  expect(readMoment("25:00", at)).toBeUndefined();
});
