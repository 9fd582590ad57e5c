import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReadyQueue, type Queued } from "./ready-queue";

const item = (workspaceId: string, seq: number, priority = 0, resources: readonly string[] = []): Queued => ({
  workspaceId,
  lane: resources.join(),
  resources,
  priority,
  runId: "r",
  seq,
});
const free = { share: () => 0, isBlocked: () => false };

function take(queue: ReadyQueue<Queued>, order: Parameters<ReadyQueue<Queued>["peek"]>[0] = free): Queued | undefined {
  const next = queue.peek(order);
  if (next) queue.shift(next);
  return next;
}

describe("the queue of what is ready", () => {
  test("within a workspace: higher priority first, then the one that asked first in its run", () => {
    const queue = new ReadyQueue<Queued>();
    for (const [seq, priority] of [0, 5, 0, 5, -1].entries()) queue.push(item("w", seq, priority, seq % 2 === 0 ? ["pool/a"] : []));
    expect(Array.from({ length: 5 }, () => take(queue)!.seq)).toEqual([1, 3, 0, 2, 4]);
  });

  test("the older run first, so that runs end one after the other", () => {
    const queue = new ReadyQueue<Queued>();
    queue.push({ ...item("w", 0), runId: "r2" });
    queue.push({ ...item("w", 1), runId: "r1" });
    queue.push({ ...item("w", 2), runId: "r2" });
    queue.push({ ...item("w", 3, 1), runId: "r3" });
    expect(Array.from({ length: 4 }, () => take(queue)!.seq)).toEqual([3, 1, 0, 2]);
  });

  test("one that is put back stands where it stood", () => {
    const queue = new ReadyQueue<Queued>();
    for (let seq = 0; seq < 4; seq++) queue.push(item("w", seq));
    const [first, second] = [take(queue)!, take(queue)!];
    queue.push(second);
    queue.push(first);
    expect(Array.from({ length: 4 }, () => take(queue)!.seq)).toEqual([0, 1, 2, 3]);
  });

  test("a full pool holds up nobody who does not need it", () => {
    const queue = new ReadyQueue<Queued>();
    queue.push(item("w", 0, 9, ["pool/gpu"]));
    queue.push(item("w", 1, 0));
    queue.push(item("w", 2, 0, ["pool/cpu"]));
    const order = { share: () => 0, isBlocked: (_: string, resources: readonly string[]) => resources.includes("pool/gpu") };
    expect([take(queue, order)!.seq, take(queue, order)!.seq, take(queue, order)]).toEqual([1, 2, undefined]);
  });

  test("loses nothing and doubles nothing, whatever comes and goes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({
              type: fc.constant("push" as const),
              ws: fc.integer({ min: 0, max: 3 }),
              priority: fc.integer({ min: -1, max: 1 }),
              lane: fc.integer({ min: 0, max: 2 }),
            }),
            fc.record({ type: fc.constant("take" as const), back: fc.boolean() }),
            fc.record({ type: fc.constant("drain" as const), ws: fc.integer({ min: 0, max: 3 }), lane: fc.integer({ min: 0, max: 2 }) }),
          ),
          { maxLength: 200 },
        ),
        (steps) => {
          const queue = new ReadyQueue<Queued>();
          const inside = new Set<number>();
          let seq = 0;
          for (const step of steps) {
            if (step.type === "push") {
              inside.add(++seq);
              queue.push(item(`w${step.ws}`, seq, step.priority, step.lane === 0 ? [] : [`pool/${step.lane}`]));
            } else if (step.type === "take") {
              const next = take(queue);
              expect(next === undefined).toBe(inside.size === 0);
              if (next && step.back) queue.push(next);
              else if (next) expect(inside.delete(next.seq)).toBe(true);
            } else {
              for (const each of queue.drain(`w${step.ws}`, (lane) => lane === `pool/${step.lane}`))
                expect(inside.delete(each.seq)).toBe(true);
            }
          }
          for (let next = take(queue); next; next = take(queue)) expect(inside.delete(next.seq)).toBe(true);
          expect(inside.size).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("between workspaces", () => {
  /** Ten workspaces of unequal size with everything to do at once, on a machine with so many places: the time each task waits. */
  function simulate(sizes: readonly number[], places: number, random: () => number): number[][] {
    const queue = new ReadyQueue<Queued>();
    const running: { workspace: number; until: number }[] = [];
    const waits: number[][] = sizes.map(() => []);
    let seq = 0;
    sizes.forEach((size, workspace) => {
      for (let n = 0; n < size; n++) queue.push(item(`${workspace}`, ++seq));
    });
    const share = (id: string) => running.filter(({ workspace }) => String(workspace) === id).length;
    for (let now = 0; ; now++) {
      for (let at = running.length - 1; at >= 0; at--) if (running[at]!.until <= now) running.splice(at, 1);
      while (running.length < places) {
        const next = take(queue, { share, isBlocked: () => false });
        if (!next) break;
        waits[Number(next.workspaceId)]!.push(now);
        running.push({ workspace: Number(next.workspaceId), until: now + 1 + Math.floor(random() * 4) });
      }
      if (running.length === 0) return waits;
    }
  }

  test("each gets its turn: nobody with work left gets less than its part of the places", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 40 }), (seed, places) => {
        const sizes = [300, 250, 200, 150, 120, 90, 60, 40, 20, 5];
        const crowd = simulate(sizes, places, seeded(seed));
        const last = crowd.map((waits) => Math.max(...waits));
        // By the time the smallest is served, none of the others had more than twice its part.
        const smallest = last[9]!;
        for (const waits of crowd.slice(0, 9)) {
          expect(waits.filter((at) => at < smallest).length).toBeLessThanOrEqual(2 * 5 + Math.ceil(places / 10) + 4);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("many with little to do do not starve one with much: it gets at least half of its turns", () => {
    const queue = new ReadyQueue<Queued>();
    let seq = 0;
    for (let n = 0; n < 400; n++) queue.push(item("big", ++seq));
    for (let n = 0; n < 9; n++) queue.push(item(`small${n}`, ++seq));
    let big = 0;
    for (let n = 0; n < 1000; n++) {
      const next = take(queue)!;
      if (next.workspaceId === "big") big++;
      else queue.push(item(next.workspaceId, ++seq));
    }
    expect(big).toBeGreaterThanOrEqual(1000 / 10 / 2);
  });

  test("one that asks for no more than its part waits no longer than for the next free place, however much the others ask for", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const queue = new ReadyQueue<Queued>();
        const running: { workspace: string; until: number }[] = [];
        let seq = 0;
        for (let n = 0; n < 500; n++) queue.push(item(`big${n % 9}`, ++seq));
        const share = (id: string) => running.filter(({ workspace }) => workspace === id).length;
        let asked: number | undefined;
        for (let now = 0; now < 200; now++) {
          for (let at = running.length - 1; at >= 0; at--) if (running[at]!.until <= now) running.splice(at, 1);
          // One task at a time, as somebody does who presses Run and waits.
          if (share("small") === 0 && asked === undefined) {
            asked = now;
            queue.push(item("small", ++seq));
          }
          while (running.length < 20) {
            const next = take(queue, { share, isBlocked: () => false });
            if (!next) break;
            if (next.workspaceId === "small") {
              expect(now - asked!).toBeLessThanOrEqual(1);
              asked = undefined;
            }
            running.push({ workspace: next.workspaceId, until: now + 1 + Math.floor(random() * 3) });
          }
          if (seq < 5_000) for (let n = 0; n < 20; n++) queue.push(item(`big${n % 9}`, ++seq));
        }
      }),
      { numRuns: 50 },
    );
  });
});

function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
