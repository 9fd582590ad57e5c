import { expect, it } from "vitest";
import { lineWords } from "./line-words";

it("the line of options is called the header, never line 0", () => {
  expect(lineWords(0)).toBe("header");
  expect(lineWords(1)).toBe("line 1");
});
