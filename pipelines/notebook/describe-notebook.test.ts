import { expect, test } from "vitest";
import { describeNotebook } from "./describe-notebook";
import { parse } from "./parse";

const titleOf = (text: string) => describeNotebook(parse(text)).title;

test("the title is the front matter's", () => {
  expect(
    describeNotebook(parse("// ---\n// title: Cars\n// description: All of them\n// ---\n\n// %% [markdown]\n// # Heading\n")),
  ).toEqual({
    title: "Cars",
    description: "All of them",
  });
});
test("else the heading it opens with", () => {
  expect(titleOf("// %% [markdown]\n//\n// ## Cars ##\n// # Later\n")).toBe("Cars");
});
test("headings further down, titles of cells and a # in code name parts only", () => {
  expect(titleOf("// %% Load\n1\n\n// %% [markdown]\n// # Cars\n")).toBeUndefined();
  expect(titleOf("// %% [markdown]\n// Some text.\n// # Cars\n")).toBeUndefined();
  expect(titleOf("// %% Load\n// # not this\n1\n")).toBeUndefined();
});
test("a notebook that says nothing has neither", () => {
  expect(describeNotebook(parse("1\n"))).toEqual({ title: undefined, description: undefined });
  expect(describeNotebook(parse(""))).toEqual({ title: undefined, description: undefined });
});
test("front matter that is no YAML gives nothing, and does not throw", () => {
  expect(titleOf("// ---\n// title: [\n// ---\n\n// %% Load\n1\n")).toBeUndefined();
});
