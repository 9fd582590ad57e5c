import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { restoreCounts } from "./restore-counts";
import type { RunEvent } from "./run-event";
import { hasSucceeded, isRunTerminal, isTerminal, type RunState, type Transition } from "./run-state";
import { play, randomChoices, randomSpec } from "./testing/random-run";

vi.setConfig({ testTimeout: 120_000 });

const runs = { numRuns: Number(process.env.HEDDLE_PROPERTY_RUNS ?? 1_500) };

test("every run ends, whatever happens in whatever order", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      const run = play(spec, choices, () => undefined);
      expect(isRunTerminal(run.fields.status)).toBe(true);
      for (const { status } of run.taskRuns) expect(isTerminal(status)).toBe(true);
    }),
    runs,
  );
});

const byHand = new Set<RunEvent["type"]>(["retry-requested", "clear-requested", "mark-requested"]);

test("a task run that has ended changes only when a person asks for that", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      play(spec, choices, (run, event, { changes }) => {
        if (byHand.has(event.type)) return;
        for (const ordinal of changes.taskRuns.keys()) {
          const before = run.taskRuns[ordinal];
          if (before && isTerminal(before.status)) expect(changes.taskRuns.get(ordinal)).toBe(before);
        }
      });
    }),
    runs,
  );
});

test("attempts are numbered one after the other, one at a time, and only a claim starts one", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      play(spec, choices, (run, event, { changes }) => {
        for (const [ordinal, after] of changes.taskRuns) {
          const before = run.taskRuns[ordinal]?.attempt ?? 0;
          if (after.attempt === before) continue;
          expect(event).toMatchObject({ type: "claimed", ordinal });
          expect(after.attempt).toBe(before + 1);
          expect(run.taskRuns[ordinal]!.status).toBe("queued");
        }
      });
    }),
    runs,
  );
});

test("a task that wants all its inputs starts only when each of them has succeeded", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      play(spec, choices, (run, event) => {
        if (event.type !== "claimed" || run.taskRuns[event.ordinal]?.status !== "queued") return;
        const { task } = run.taskRuns[event.ordinal]!;
        const { options } = run.plan.tasks[task]!;
        if (options.join !== "all" || options.on !== undefined) return;
        for (const need of run.plan.upstream[task]!) expect(hasSucceeded(run.taskRuns[need]!.status)).toBe(true);
      });
    }),
    runs,
  );
});

test("no more elements of a fan-out are under way than its concurrency", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      play(spec, choices, (run, event) => {
        if (event.type !== "claimed") return;
        const element = run.taskRuns[event.ordinal]!;
        const limit = run.plan.tasks[element.task]!.options.concurrency;
        if (element.mapIndex === undefined || limit === undefined) return;
        const others = run.taskRuns.filter(
          ({ task, mapIndex, status }) => task === element.task && mapIndex !== undefined && (status === "queued" || status === "running"),
        );
        expect(others.length).toBeLessThanOrEqual(limit);
      });
    }),
    runs,
  );
});

test("a stale or repeated word changes nothing, and the counters always follow from the task runs", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      let last: RunEvent | undefined;
      play(spec, choices, (run: RunState, event: RunEvent, made: Transition) => {
        expect([...run.counts]).toEqual([...restoreCounts(run.plan, run.taskRuns)]);
        if (event === last || !("attempt" in event)) return;
        const taskRun = run.taskRuns[event.ordinal]!;
        const stale = taskRun.attempt !== event.attempt || taskRun.status !== "running" || taskRun.expanded !== undefined;
        if (stale) expect(made.changes.taskRuns.size + made.actions.length).toBe(0);
        last = event;
      });
    }),
    runs,
  );
});

test("while a run is paused nothing starts, and no attempt is under way for what waits", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      play(spec, choices, (run, event, { changes, actions }) => {
        if (run.fields.paused && (changes.fields ?? run.fields).paused) expect(actions.filter(({ type }) => type === "launch")).toEqual([]);
        for (const { status, current } of changes.taskRuns.values()) {
          if (status === "waiting") expect(["launching", "running"]).not.toContain(current?.status);
        }
      });
    }),
    runs,
  );
});

test("after a stop only handlers start, after a termination nothing does", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      play(spec, choices, (run, event, { actions }) => {
        const { halt } = run.fields;
        if (halt === undefined || byHand.has(event.type)) return;
        for (const action of actions) {
          if (action.type !== "launch") continue;
          expect(halt).toBe("stop");
          expect(run.plan.late[run.taskRuns[action.ordinal]!.task]).toBe(true);
        }
      });
    }),
    runs,
  );
});

const commands = new Set<RunEvent["type"]>([...byHand, "cancel-requested", "pause-requested", "resume-requested", "answered"]);

test("what a person does is told once, with who did it, and what changes nothing is not told", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      play(spec, choices, (run, event, { changes }) => {
        const changed = changes.fields !== undefined || changes.taskRuns.size > 0;
        if (!commands.has(event.type)) return expect(changes.acts).toEqual([]);
        expect(changes.acts).toHaveLength(changed ? 1 : 0);
        if (changed) expect(changes.acts[0]!.by).toBe("by" in event ? event.by : undefined);
      });
    }),
    runs,
  );
});

test("clearing asks for a task and for all downstream of it, and nothing of them comes from the cache", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      play(spec, choices, (run, event, { changes }) => {
        if (event.type !== "clear-requested" || changes.acts.length === 0) return;
        const first = run.taskRuns[event.ordinal]!;
        const reached = new Set<number>(first.mapIndex === undefined ? [first.task] : []);
        for (const stack = [first.task]; stack.length > 0;) {
          for (const reader of run.plan.downstream[stack.pop()!]!) {
            if (reached.has(reader) || !run.plan.targeted[reader]) continue;
            reached.add(reader);
            stack.push(reader);
          }
        }
        for (const index of reached) {
          const after = changes.taskRuns.get(index)!;
          expect(after.fresh).toBe(true);
          expect(after.outputs).toBeUndefined();
          expect(after.cachedFrom).toBeUndefined();
        }
      });
    }),
    runs,
  );
});
