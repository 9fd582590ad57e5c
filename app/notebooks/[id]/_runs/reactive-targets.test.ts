import { describe, expect, it } from "vitest";
import { compile } from "@/pipelines/compile/compile";
import { parse } from "@/pipelines/notebook/parse";
import { reactiveTargets } from "./reactive-targets";

const text = `// %% A
const a = 1;

// %% B
const b = a;

// %% C
const c = b;

// %% Other
export const other = 2;

// %% Ask [approval] form="sure:boolean"
// \${c}

// %% After
export const after = sure;
`;
const targets = (source: string, ...stale: string[]) => {
  const { dag, diagnostics } = compile(parse(source));
  const disabled = new Set(dag.disabled?.map(({ cell }) => cell));
  return reactiveTargets(dag.tasks, new Set(stale), diagnostics, disabled);
};

describe("what runs by itself", () => {
  it("is what is out of date with all that reads it, run before or not", () => {
    expect(targets(text, "b")).toEqual(["b", "c"]);
    expect(targets(text, "other")).toEqual(["other"]);
    expect(targets(text)).toEqual([]);
  });

  it("asks no person and waits for no time", () => {
    expect(targets(text, "c", "ask", "after")).toEqual(["c"]);
  });

  it("is nothing while an error stands in the way, wherever it matters", () => {
    const broken = (at: string) => text.replace(at, `${at} b = 3;`);
    expect(targets(broken("const a = 1;"), "c")).toEqual([]);
    expect(targets(text.replace("other = 2", "other = (2"), "c")).toEqual([]);
    expect(targets(text.replace("%% Other", "%% Other disabled=on").replace("other = 2", "other = (2"), "c")).toEqual(["c"]);
  });
});
