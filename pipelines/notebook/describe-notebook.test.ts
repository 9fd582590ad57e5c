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
test("else the first heading of a markdown cell", () => {
  expect(titleOf("// %% Load\n1\n\n// %% [markdown]\n// text\n// ## Cars ##\n// # Later\n")).toBe("Cars");
});
test("a # in code is no heading", () => {
  expect(titleOf("// %% Load\n// # not this\n1\n")).toBe("Load");
});
test("else the first title of a cell", () => {
  expect(titleOf("1\n// %% Load\n1\n")).toBe("Load");
});
test("a notebook that says nothing has neither", () => {
  expect(describeNotebook(parse("1\n"))).toEqual({ title: undefined, description: undefined });
  expect(describeNotebook(parse(""))).toEqual({ title: undefined, description: undefined });
});
test("front matter that is no YAML gives nothing, and does not throw", () => {
  expect(titleOf("// ---\n// title: [\n// ---\n\n// %% Load\n1\n")).toBe("Load");
});
