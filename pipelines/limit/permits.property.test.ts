import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countsRuns, limitKey, resourcesOf, type Limit } from "./limit";
import { decidePermits, type Ask, type ResourceState } from "./permits";

const resources = ["pool/gpu", "pool/cpu", "lock/db", "notebook-tasks/n", "notebook-runs/n", "workspace-tasks/"];

const state = fc.record({
  size: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  rate: fc.option(fc.record({ count: fc.integer({ min: 1, max: 4 }), seconds: fc.integer({ min: 1, max: 60 }) }), { nil: undefined }),
  known: fc.boolean(),
  used: fc.integer({ min: 0, max: 6 }),
  holders: fc.subarray(["r0", "r1", "r2"]).map((runs) => new Set(runs)),
  starts: fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 6 }).map((starts) => starts.sort((a, b) => a - b)),
});

const situation = fc.record({
  states: fc.tuple(...resources.map(() => state)).map((all) => {
    return new Map<string, ResourceState>(
      resources.map((resource, index) => {
        const one = all[index]!;
        return [resource, countsRuns(resource) ? { ...one, rate: undefined } : { ...one, holders: new Set<string>() }];
      }),
    );
  }),
  asks: fc
    .array(fc.record({ run: fc.integer({ min: 0, max: 5 }), resources: fc.subarray(resources) }), { maxLength: 20 })
    .map((asks) => asks.map((ask, index): Ask => ({ id: `a${index}`, runId: `r${ask.run}`, resources: ask.resources }))),
});

const now = 100_000;

describe("deciding who may start", () => {
  test("never exceeds a size or a rate, and gives nothing in a pool that is not there", () => {
    fc.assert(
      fc.property(situation, ({ states, asks }) => {
        const { granted } = decidePermits(asks, states, now);
        for (const [resource, { size, rate, known, used, holders, starts }] of states) {
          const takes = granted.filter((each) => each.takes.includes(resource)).length;
          if (takes === 0) continue;
          expect(known).toBe(true);
          if (size !== undefined) expect(used + takes).toBeLessThanOrEqual(size);
          if (rate) {
            const since = now - rate.seconds * 1000;
            expect(starts.filter((start) => start > since).length + takes).toBeLessThanOrEqual(rate.count);
          }
          expect(granted.filter((each) => each.takes.includes(resource) && holders.has(each.ask.runId))).toEqual([]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("gives all or nothing of what an ask needs, and every ask an answer", () => {
    fc.assert(
      fc.property(situation, ({ states, asks }) => {
        const { granted, refused } = decidePermits(asks, states, now);
        expect([...granted, ...refused].map(({ ask }) => ask.id).sort()).toEqual(asks.map(({ id }) => id).sort());
        for (const { ask, takes } of granted) {
          const attempts = ask.resources.filter((resource) => !countsRuns(resource));
          expect(takes.filter((resource) => !countsRuns(resource))).toEqual(attempts);
        }
      }),
    );
  });

  test("leaves nothing unused: whoever was refused still does not fit when all are served", () => {
    fc.assert(
      fc.property(situation, ({ states, asks }) => {
        const first = decidePermits(asks, states, now);
        const after = new Map(
          [...states].map(([resource, each]): [string, ResourceState] => {
            const takes = first.granted.filter(({ takes }) => takes.includes(resource));
            return [
              resource,
              {
                ...each,
                used: each.used + takes.length,
                holders: new Set([...each.holders, ...(countsRuns(resource) ? takes.map(({ ask }) => ask.runId) : [])]),
                starts: [...each.starts, ...takes.map(() => now)],
              },
            ];
          }),
        );
        const again = decidePermits(
          first.refused.map(({ ask }) => ask),
          after,
          now,
        );
        expect(again.granted).toEqual([]);
      }),
    );
  });

  test("an earlier ask is not refused what a later one with the same needs is given", () => {
    fc.assert(
      fc.property(situation, ({ states, asks }) => {
        const { granted, refused } = decidePermits(asks, states, now);
        const place = (id: string) => asks.findIndex((ask) => ask.id === id);
        for (const { ask } of refused) {
          const overtaken = granted.some(
            (each) =>
              place(each.ask.id) > place(ask.id) && each.ask.runId === ask.runId && each.ask.resources.join() === ask.resources.join(),
          );
          expect(overtaken).toBe(false);
        }
      }),
    );
  });

  test("says when a rate allows the next start: not a millisecond sooner", () => {
    const rate = { count: 2, seconds: 10 };
    const limited = (starts: number[]): ReadonlyMap<string, ResourceState> =>
      new Map([["pool/api", { size: undefined, rate, known: true, used: 0, holders: new Set(), starts }]]);
    const ask = { id: "a", runId: "r", resources: ["pool/api"] };
    const { refused } = decidePermits([ask], limited([85_000, 91_000, 95_000]), now);
    expect(refused[0]!.refusals).toEqual([{ type: "rate", resource: "pool/api", until: 101_000 }]);
    expect(decidePermits([ask], limited([85_000, 91_000, 95_000]), 100_999).granted).toEqual([]);
    expect(decidePermits([ask], limited([85_000, 91_000, 95_000]), 101_000).granted).toHaveLength(1);
  });
});

describe("what an attempt needs a place in", () => {
  const limit = (kind: Limit["kind"], name: string, rest: Partial<Limit>): [string, Limit] => [
    limitKey(kind, name),
    { kind, name, slots: undefined, runs: undefined, rate: undefined, ...rest },
  ];

  test("is nothing where nothing is limited", () => {
    expect(resourcesOf(undefined, { pool: "default", lock: undefined }, "n", "wait")).toEqual([]);
    const limits = new Map([limit("pool", "big", {}), limit("pool", "gpu", { slots: 1 }), limit("notebook", "other", { slots: 1 })]);
    expect(resourcesOf(limits, { pool: "default", lock: undefined }, "n", "wait")).toEqual([]);
    expect(resourcesOf(limits, { pool: "big", lock: undefined }, "n", "wait")).toEqual([]);
  });

  test("is its pool, its lock, and the limits of its notebook and workspace", () => {
    const limits = new Map([
      limit("pool", "gpu", { slots: 1 }),
      limit("notebook", "n", { slots: 2, runs: 1 }),
      limit("workspace", "", { slots: 9, runs: 3 }),
    ]);
    expect(resourcesOf(limits, { pool: "gpu", lock: "db" }, "n", "wait")).toEqual([
      "workspace-runs/",
      "workspace-tasks/",
      "notebook-runs/n",
      "notebook-tasks/n",
      "pool/gpu",
      "lock/db",
    ]);
  });

  test("is a pool that nobody has made, unless there is nobody to make one", () => {
    expect(resourcesOf(undefined, { pool: "gpu", lock: undefined }, "n", "wait")).toEqual(["pool/gpu"]);
    expect(resourcesOf(undefined, { pool: "gpu", lock: undefined }, "n", "as-default")).toEqual([]);
    expect(resourcesOf(undefined, { pool: "gpu", lock: "db" }, "n", "as-default")).toEqual(["lock/db"]);
  });
});
