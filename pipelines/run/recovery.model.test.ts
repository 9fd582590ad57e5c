/**
 * The recovery rules over all the interleavings that fit into a minute (HEDDLE_INTERLEAVINGS for more): what a pause, a
 * kill or a lost answer at any point may never do. A failing seed and path is printed; put it into `known`.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { spec, task } from "./testing/random-run";
import { allRules, World, type Rules } from "./testing/recovery-model";

const interleavings = Number(process.env.HEDDLE_INTERLEAVINGS ?? 20_000);

const specs = [
  spec([task("a")]),
  spec([task("a"), task("b", ["a"])]),
  spec([task("a", [], { retries: 2, retryDelay: 0 }), task("b"), task("c", ["a", "b"])]),
  spec([task("items"), task("m", ["items"], {}, true), task("end", ["m"])]),
];

async function history(scheduler: fc.Scheduler, which: number, choices: readonly number[], rules: Rules): Promise<string[]> {
  let step = 0;
  const choose = (below: number) => mix(choices[step % choices.length]!, step++) % below;
  const scheduled = (label: string) =>
    world.calm ? Promise.resolve() : scheduler.schedule(Promise.resolve(), label).then(() => undefined);
  const world: World = new World(specs[which]!, ["A", "B"], rules, scheduled, choose);
  // A rule is missed soonest where there is always something at work.
  world.longTasks = rules !== allRules && rules.compareAndSet;
  const steps = rules.anchored ? [1, 4, 9, 15, 45] : [9];
  const server = async (index: number) => {
    for (let turn = 0; turn < 8; turn++) await world.servers[index]!.turn();
  };
  const clock = async () => {
    for (let tick = 0; tick < 9; tick++) {
      await scheduled("time passes");
      world.tick(steps[choose(steps.length)]!);
      if (choose(7) === 0) world.restart(choose(2));
    }
  };
  const all = Promise.all([server(0), server(1), clock()]);
  await scheduler.waitFor(all);
  // From here on nothing goes wrong: all has to come to its end.
  world.calm = true;
  for (let turn = 0; turn < 80 && (!world.isOver || world.liveAttempts > 0); turn++) {
    world.tick(5);
    for (const each of world.servers) await each.turn();
  }
  return world.verdict();
}

function property(rules: Rules) {
  return fc.asyncProperty(
    fc.scheduler(),
    fc.nat(specs.length - 1),
    fc.array(fc.nat(0x7fffffff), { minLength: 4, maxLength: 24 }),
    async (scheduler, which, choices) => {
      const faults = await history(scheduler, which, choices, rules);
      if (faults.length > 0) throw new Error(faults.join("\n"));
    },
  );
}

/** Histories that once went wrong. */
const known: { readonly seed: number; readonly path: string }[] = [];

test(`no interleaving of ${interleavings} loses a run, doubles an attempt or lets two of one task run at once`, async () => {
  for (const { seed, path } of known) await fc.assert(property(allRules), { seed, path });
  await fc.assert(property(allRules), {
    numRuns: interleavings,
    endOnFailure: true,
    ...(process.env.HEDDLE_SEED ? { seed: Number(process.env.HEDDLE_SEED) } : {}),
  });
}, 600_000);

test.each<[keyof Rules, string]>([
  ["compareAndSet", "I"],
  ["fence", "I3"],
  ["anchored", "I3"],
  ["refuseLate", "I3"],
  ["ownLosses", "I3"],
  ["reread", "I"],
])(
  "without the rule %s the model finds a history that breaks %s",
  async (rule, invariant) => {
    const result = await fc.check(property({ ...allRules, [rule]: false }), {
      numRuns: Math.max(interleavings, 20_000),
      seed: 7,
      endOnFailure: true,
    });
    expect(result.failed).toBe(true);
    expect(String((result.errorInstance as Error).message)).toContain(invariant);
  },
  600_000,
);

function mix(a: number, b: number): number {
  let x = (a ^ Math.imul(b + 1, 0x9e3779b1)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
  return (x ^ (x >>> 13)) >>> 0;
}
