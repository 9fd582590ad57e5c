import { expect, test } from "vitest";
import { chooseByName } from "./find-notebook";

const notebooks = [
  { id: "n1", title: "Fuel economy" },
  { id: "n2", title: "Penguins" },
  { id: "n3", title: "Twice" },
  { id: "n4", title: "Twice" },
];
const choose = (name: string) => chooseByName(notebooks, name);

test("a notebook is found by its id, its title, the slug of its title, and as a file", () => {
  for (const name of ["n1", "Fuel economy", "fuel-economy", "FUEL ECONOMY", "./fuel-economy.ts"]) expect(choose(name)).toBe(notebooks[0]);
});

test("a title that two have is nobody's; their ids are offered", () => {
  expect(choose("Twice")).toEqual({ message: expect.stringContaining("2 notebooks are called “Twice”") });
  expect(choose("twice")).toEqual({ message: expect.stringContaining("n3, n4") });
  expect(choose("n4")).toBe(notebooks[3]);
});

test("an unknown name is told with those that are near", () => {
  expect(choose("Penguin")).toEqual({ message: "There is no notebook called “Penguin”. Did you mean “Penguins”?" });
  expect(choose("Feul economy")).toEqual({ message: "There is no notebook called “Feul economy”. Did you mean “Fuel economy”?" });
  expect(choose("Something else")).toEqual({ message: "There is no notebook called “Something else”." });
  expect(choose("")).toEqual({ message: "There is no notebook called “”." });
});
