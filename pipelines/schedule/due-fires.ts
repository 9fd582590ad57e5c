/**
 * Given a clock, what is due: every fire time between the last look and now becomes one fire, to be started or left out with
 * the reason. Whether a fire that is to be started finds earlier runs still at work is decided when it starts: overlap.ts.
 */
import { isLeftOut, type Days } from "./calendar";
import type { FireTimes } from "./timing";

/** What becomes of fire times that passed while nothing looked: none, only the newest, or all of them one after the other. */
export const missedPolicies = ["skip", "latest", "all"] as const;
export type MissedPolicy = (typeof missedPolicies)[number];

/** Why a fire time has no run. */
export const skipReasons = ["calendar", "missed", "overlap", "replaced", "queue-full", "cancelled", "no-notebook"] as const;
export type SkipReason = (typeof skipReasons)[number];

export interface DueOrder {
  readonly times: FireTimes;
  readonly timeZone: string;
  readonly daysLeftOut: Days;
  readonly missed: MissedPolicy;
  /** A fire that is later than this counts as missed, in milliseconds. */
  readonly toleranceMs: number;
  /** The earliest fire time that nobody has looked at. */
  readonly nextFireAt: number;
  readonly endsAt: number | undefined;
}

export interface Fire {
  /** Milliseconds since 1970. */
  readonly fireAt: number;
  /** Undefined: it is to be started. */
  readonly skip: SkipReason | undefined;
}

export interface Due {
  readonly fires: readonly Fire[];
  /** Undefined: it never fires again. */
  readonly nextFireAt: number | undefined;
}

/** More are taken in further looks. */
export const mostFires = 500;

export function dueFires(order: DueOrder, now: number): Due {
  const { times, timeZone, daysLeftOut, missed, toleranceMs, endsAt } = order;
  const due: number[] = [];
  let next: number | undefined = order.nextFireAt;
  while (next !== undefined && next <= now && due.length < mostFires) {
    if (endsAt !== undefined && next > endsAt) break;
    due.push(next);
    next = times.next(next);
  }
  if (next !== undefined && endsAt !== undefined && next > endsAt) next = undefined;
  const wanted = due.filter((at) => !isLeftOut(at, timeZone, daysLeftOut));
  // With more still to come none of these is the newest.
  const newest = next !== undefined && next <= now ? undefined : wanted.at(-1);
  const fires = due.map((fireAt): Fire => {
    if (isLeftOut(fireAt, timeZone, daysLeftOut)) return { fireAt, skip: "calendar" };
    const isLate = now - fireAt > toleranceMs;
    if (!isLate || missed === "all" || (missed === "latest" && fireAt === newest)) return { fireAt, skip: undefined };
    return { fireAt, skip: "missed" };
  });
  return { fires, nextFireAt: next };
}

/** The next fire times for people to read, those on days left out marked. */
export function previewFires(
  times: FireTimes,
  timeZone: string,
  days: Days,
  after: number,
  count: number,
): readonly { readonly fireAt: number; readonly leftOut: boolean }[] {
  const fires: { fireAt: number; leftOut: boolean }[] = [];
  let wanted = 0;
  for (let at = times.next(after); at !== undefined && wanted < count && fires.length < count * 5; at = times.next(at)) {
    const leftOut = isLeftOut(at, timeZone, days);
    if (!leftOut) wanted++;
    fires.push({ fireAt: at, leftOut });
  }
  return fires;
}

/** The same moment for the same fire on every server, spread over the jitter. */
export function startOf(scheduleId: string, fireAt: number, jitterMs: number): number {
  if (jitterMs <= 0) return fireAt;
  let hash = 2166136261;
  for (const letter of `${scheduleId} ${fireAt}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0;
  return fireAt + (hash % (jitterMs + 1));
}
