import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { applyChanges } from "./apply-changes";
import { restoreCounts } from "./restore-counts";
import type { RunEvent } from "./run-event";
import { hasSucceeded, isRunTerminal, isTerminal, newRun, type RunState, type Transition } from "./run-state";
import { play, randomChoices, randomSpec, ref, spec, task } from "./testing/random-run";
import { transition } from "./transition";

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

test("a fan-out that reads a handler is tried again only after the handler was", () => {
  const made = spec([task("work"), task("handler", [], { on: "exit" }), task("fan", ["handler"], {}, true)]);
  const run = newRun(made);
  const tell = (event: RunEvent) => {
    const { changes, actions } = transition(run, event);
    applyChanges(run, changes);
    return actions.map(({ type }) => type);
  };
  const missed = { type: "cache-missed", key: undefined, parts: undefined, why: { type: "cache-off" } } as const;
  const begin = (ordinal: number, at: number) => [tell({ ...missed, ordinal, at }), tell({ type: "claimed", ordinal, at })];
  const done = (ordinal: number, attempt: number, at: number) =>
    tell({ type: "attempt-succeeded", ordinal, attempt, outputs: {}, usage: { durationMs: 1, cpuMs: 1, peakMemoryBytes: 1 }, at });
  tell({ type: "submitted", at: 1 });
  begin(0, 2);
  done(0, 1, 3);
  begin(1, 4);
  done(1, 1, 5);
  begin(2, 6);
  tell({ type: "expanded", ordinal: 2, attempt: 1, elements: { item: [ref("a"), ref("b")] }, at: 7 });
  begin(3, 8);
  begin(4, 8);
  const error = { name: "Error", message: "no", frames: [] };
  tell({ type: "attempt-failed", ordinal: 3, attempt: 1, reason: "exception", error, random: 0, at: 9 });
  done(4, 1, 9);
  expect(run.fields.status).toBe("failed");

  tell({ type: "retry-requested", ordinal: undefined, by: undefined, at: 10 });
  expect(run.taskRuns.map(({ status }) => status)).toEqual(["succeeded", "queued", "running", "blocked", "succeeded"]);
  begin(1, 11);
  tell({ type: "attempt-failed", ordinal: 1, attempt: 2, reason: "exception", error, random: 0, at: 12 });
  expect(run.taskRuns[2]).toMatchObject({ status: "skipped", reason: "upstream-failed" });
  expect(run.fields.status).toBe("failed");

  tell({ type: "retry-requested", ordinal: undefined, by: undefined, at: 13 });
  begin(1, 14);
  expect(run.taskRuns[3]!.status).toBe("blocked");
  done(1, 3, 15);
  expect(run.taskRuns[3]!.status).toBe("queued");
  begin(3, 16);
  done(3, 2, 17);
  expect(run.taskRuns.map(({ status }) => status)).toEqual(Array(5).fill("succeeded"));
  expect(run.fields.status).toBe("succeeded");
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

test("who waits longer for a place than its cell allows fails as timeout without an attempt, and nobody else does; a pause does not count", () => {
  fc.assert(
    fc.property(randomSpec, randomChoices, (spec, choices) => {
      play(spec, choices, (run, event, { changes }) => {
        for (const [ordinal, after] of changes.taskRuns) {
          const before = run.taskRuns[ordinal];
          const { queueTimeout } = run.plan.tasks[after.task]!.options;
          if (after.queuedUntil !== undefined) {
            expect(after.status).toBe("queued");
            if (before?.queuedUntil === undefined) expect(after.queuedUntil).toBe(event.at + queueTimeout!);
          }
          if (before?.status !== "queued" || after.status !== "failed") continue;
          expect(event).toMatchObject({ type: "due", ordinal });
          expect(event.at).toBeGreaterThanOrEqual(before.queuedUntil!);
          expect(run.fields.paused).toBeUndefined();
          expect([after.reason, after.attempt]).toEqual(["timeout", before.attempt]);
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
