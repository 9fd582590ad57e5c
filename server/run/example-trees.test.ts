/**
 * The trees of the flight-delays example against a brute force that is too slow to be wrong. The functions are taken
 * from the notebook's own cells, as text, as a task would get them.
 */
import { readFileSync } from "node:fs";
import { transformSync } from "esbuild";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "@/pipelines/notebook/parse";

interface Tree {
  feature: Int16Array;
  threshold: Float32Array;
  gain: Float32Array;
  value: Float32Array;
}

interface Functions {
  growTree(
    bins: Uint8Array,
    edges: Float32Array[],
    gradient: Float32Array,
    curvature: Float32Array,
    options: { depth: number; learningRate: number },
  ): { tree: Tree; leaf: Uint16Array };
  addTree(tree: Tree, columns: Float32Array[], odds: Float32Array): void;
  binEdges(column: Float32Array): Float32Array;
  toBins(columns: Float32Array[], edges: Float32Array[]): Uint8Array;
  areaUnderCurve(chances: Float32Array, late: Uint8Array): number;
  logLossOf(chances: Float32Array, late: Uint8Array): number;
}

const { growTree, addTree, binEdges, toBins, areaUnderCurve, logLossOf } = readFunctions();

describe("boosted trees of the flight-delays example", () => {
  it("puts a value into the first bin whose edge it does not exceed", () => {
    fc.assert(
      fc.property(problem(), ({ columns }) => {
        const edges = columns.map(binEdges);
        const bins = toBins(columns, edges);
        for (const [feature, column] of columns.entries()) {
          for (const [row, value] of column.entries()) {
            const expected = edges[feature]!.filter((edge) => edge < value).length;
            expect(bins[row * columns.length + feature]).toBe(expected);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it("cuts the root where no other cut is worth more", () => {
    fc.assert(
      fc.property(problem(), (given) => {
        const { columns, gradient, curvature } = given;
        const edges = columns.map(binEdges);
        const { tree } = growTree(toBins(columns, edges), edges, gradient, curvature, { depth: 1, learningRate: 1 });
        const best = Math.max(
          0,
          ...columns.flatMap((column, feature) => Array.from(edges[feature]!, (edge) => gainOf(given, (row) => column[row]! <= edge))),
        );
        expect(tree.gain[0]).toBeCloseTo(best, 2);
        if (best > 0) {
          const column = columns[tree.feature[0]!]!;
          expect(gainOf(given, (row) => column[row]! <= tree.threshold[0]!)).toBeCloseTo(best, 2);
        } else {
          expect(tree.feature[0]).toBe(-1);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("leads a row to the leaf it was grown in, and adds that leaf's value", () => {
    fc.assert(
      fc.property(problem(), fc.integer({ min: 1, max: 5 }), (given, depth) => {
        const { columns, gradient, curvature } = given;
        const edges = columns.map(binEdges);
        const bins = toBins(columns, edges);
        const { tree, leaf } = growTree(bins, edges, gradient, curvature, { depth, learningRate: 0.3 });
        const odds = new Float32Array(gradient.length);
        addTree(tree, columns, odds);
        for (const [row, node] of leaf.entries()) {
          const together = [...leaf.keys()].filter((other) => leaf[other] === node);
          const value = (-0.3 * sum(together, gradient)) / (sum(together, curvature) + 5);
          expect(odds[row]).toBeCloseTo(value, 4);
        }
      }),
      { numRuns: 10 },
    );
  });

  it("lowers the loss with every round on what it trains on", () => {
    fc.assert(
      fc.property(problem(), ({ columns, late }) => {
        const edges = columns.map(binEdges);
        const bins = toBins(columns, edges);
        const odds = new Float32Array(late.length);
        const chances = () => odds.map((one) => 1 / (1 + Math.exp(-one)));
        for (let round = 0, before = Infinity; round < 10; round++) {
          const now = chances();
          const loss = logLossOf(now, late);
          expect(loss).toBeLessThanOrEqual(before + 1e-6);
          before = loss;
          const gradient = now.map((chance, row) => chance - late[row]!);
          const curvature = now.map((chance) => chance * (1 - chance));
          addTree(growTree(bins, edges, gradient, curvature, { depth: 3, learningRate: 0.3 }).tree, columns, odds);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("measures the area under the curve as the share of pairs in the right order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.boolean()), { minLength: 2, maxLength: 60 }), (pairs) => {
        const late = Uint8Array.from(pairs, ([, one]) => (one ? 1 : 0));
        fc.pre(late.includes(0) && late.includes(1));
        const chances = Float32Array.from(pairs, ([chance]) => chance / 8);
        let won = 0;
        let all = 0;
        for (const [a, one] of late.entries()) {
          for (const [b, other] of late.entries()) {
            if (one !== 1 || other !== 0) continue;
            all++;
            won += chances[a]! > chances[b]! ? 1 : chances[a] === chances[b] ? 0.5 : 0;
          }
        }
        expect(areaUnderCurve(chances, late)).toBeCloseTo(won / all, 10);
      }),
    );
  });
});

interface Problem {
  columns: Float32Array[];
  late: Uint8Array;
  gradient: Float32Array;
  curvature: Float32Array;
}

/** Some hundred rows of two to four columns, some with few distinct values, and an outcome that leans on the first. */
function problem(): fc.Arbitrary<Problem> {
  const settings = fc.record({
    rows: fc.integer({ min: 200, max: 500 }),
    distinct: fc.array(fc.constantFrom(2, 5, 1000), { minLength: 2, maxLength: 4 }),
    seed: fc.integer(),
  });
  return settings.map(({ rows, distinct, seed }) => {
    let state = seed >>> 0;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const columns = distinct.map((count) => Float32Array.from({ length: rows }, () => Math.floor(random() * count)));
    const late = Uint8Array.from(columns[0]!, (value) => (random() < (value / distinct[0]!) * 0.8 ? 1 : 0));
    const chance = Float32Array.from({ length: rows }, () => 0.1 + 0.8 * random());
    const gradient = chance.map((one, row) => one - late[row]!);
    return { columns, late, gradient, curvature: chance.map((one) => one * (1 - one)) };
  });
}

/** What a cut takes off the loss, straight from its definition; 0 where a side would have too little. */
function gainOf({ gradient, curvature }: Problem, isLeft: (row: number) => boolean): number {
  const rows = [...gradient.keys()];
  const left = rows.filter(isLeft);
  const right = rows.filter((row) => !isLeft(row));
  if (sum(left, curvature) < 20 || sum(right, curvature) < 20) return 0;
  const worth = (some: number[]) => sum(some, gradient) ** 2 / (sum(some, curvature) + 5);
  return worth(left) + worth(right) - worth(rows);
}

function sum(rows: readonly number[], values: Float32Array): number {
  return rows.reduce((total, row) => total + values[row]!, 0);
}

function readFunctions(): Functions {
  const { cells } = parse(readFileSync("pipelines/examples/flight-delays.ts", "utf8"));
  const source = cells.filter(({ title }) => title === "Boosted trees" || title === "Scores").map((cell) => cell.source);
  const { code } = transformSync(source.join("\n"), { loader: "ts" });
  const names = "growTree, addTree, binEdges, toBins, areaUnderCurve, logLossOf";
  // The text is this repository's own.
  return new Function(`${code}; return { ${names} };`)() as Functions;
}
