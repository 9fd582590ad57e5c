import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "../notebook/parse";
import { findImports } from "./find-imports";
import { setDependency } from "./set-dependency";
import { findDependencyFault, readWish, wishText } from "./wish";

describe("dependencies of the front matter", () => {
  test("versions, ranges and tags are taken; addresses, files and aliases are not", () => {
    for (const range of ["1.2.3", "^1.2.3", "~1", ">=1 <3", "1.x || 2.x", "*", "latest", "1.0.0-beta.2", "1.0.0 - 2.0.0", "v1.2.3"])
      expect(findDependencyFault("zod", range), range).toBeUndefined();
    for (const range of [
      "",
      "file:../../etc",
      "git+ssh://git@host/a.git",
      "user/repo",
      "http://x/y.tgz",
      "npm:other@1",
      "../x",
      "/etc",
      "link:.",
      "1;rm",
      "$(x)",
      "workspace:*",
    ])
      expect(findDependencyFault("zod", range), range).toContain("is no version");
    for (const name of ["", "../x", "a b", "UPPER", "@scope", "node_modules", "a/b", ".hidden", "--flag=1 x", "é"])
      expect(findDependencyFault(name, "1.0.0"), name).toContain("is no name");
    for (const name of ["zod", "@scope/name", "d3-dsv", "lodash.get", "7zip"])
      expect(findDependencyFault(name, "1.0.0"), name).toBeUndefined();
    expect(findDependencyFault("heddle", "1")).toContain("by itself");
  });

  test("the same wish in another order and with another title is the same", () => {
    const a = readWish("title: A\ndependencies:\n  zod: ^4.0.0\n  d3-dsv: 3.0.1");
    const b = readWish("dependencies: { d3-dsv: 3.0.1, zod: ^4.0.0, bad one: 1 }");
    expect(wishText(a)).toBe(wishText(b));
    expect(wishText(readWish(undefined))).toBe("");
  });

  test("setting a dependency keeps what else is there; taking the last one away leaves no trace", () => {
    const written = "# mine\ntitle: A # good\n";
    const added = setDependency(written, "d3-dsv", "^3.0.1")!;
    expect(added).toBe("# mine\ntitle: A # good\ndependencies:\n  d3-dsv: ^3.0.1");
    const more = setDependency(added, "@scope/x", "1.0.0")!;
    expect(readWish(more)).toEqual({ "@scope/x": "1.0.0", "d3-dsv": "^3.0.1" });
    expect(setDependency(setDependency(more, "@scope/x", undefined), "d3-dsv", undefined)).toBe(written.trimEnd());
    expect(setDependency(undefined, "zod", "4")).toBe('dependencies:\n  zod: "4"');
    expect(setDependency(setDependency(undefined, "zod", "4"), "zod", undefined)).toBeUndefined();
    expect(setDependency("not: [yaml", "zod", "4")).toBe("not: [yaml");
    expect(setDependency("title: A", "zod", undefined)).toBe("title: A");
  });

  test("what is set is read back, whatever name and range", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/).filter((each) => findDependencyFault(each, "1") === undefined);
    const range = fc.constantFrom("1.0.0", "^2.1.0", "1", "1.10", "latest", "*", ">=1 <3", "~0.1", "1e3", "0x10", "true", "null");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, range), { maxLength: 6 }), (entries) => {
        const wanted = Object.fromEntries(entries);
        const text = Object.entries(wanted).reduce<string | undefined>(
          (front, [one, version]) => setDependency(front, one, version),
          "title: T",
        );
        expect(readWish(text)).toEqual(
          Object.fromEntries(Object.entries(wanted).filter(([one, version]) => findDependencyFault(one, version) === undefined)),
        );
      }),
    );
  });
});

test("imports are found with their cells: static, dynamic, of types, and deep ones once per cell", () => {
  const notebook = parse(
    [
      '// %% A\nimport { z } from "zod";\nimport type { Table } from "apache-arrow";\nimport fs from "node:fs";\nimport { param } from "heddle";',
      '// %% B\nconst d3 = await import("@d3/dsv/deep");\nconst e = await import("@d3/dsv");\nimport "./x";',
      "// %% [markdown]\n// import x from 'nothing'",
      "// %% Broken\nimport {",
    ].join("\n\n"),
  );
  expect(findImports(notebook).map((use) => [use.package, use.cellKey, use.line])).toEqual([
    ["zod", "a", 1],
    ["apache-arrow", "a", 2],
    ["@d3/dsv", "b", 1],
  ]);
});
