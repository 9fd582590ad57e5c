import { describe, expect, it } from "vitest";
import { envelope, timelineBar, timelineScale } from "./prepare-timeline";

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();
const now = (seconds: number) => 1_700_000_000_000 + seconds * 1000;

describe("a timeline", () => {
  const spans = [
    { queuedAt: at(0), startedAt: at(2), finishedAt: at(6) },
    { queuedAt: at(6), startedAt: at(8) },
  ];

  it("goes from the start of the run to now, and stops at the end", () => {
    expect(timelineScale(at(0), spans, now(10)).to).toBe(now(10));
    expect(timelineScale(at(0), spans.slice(0, 1), undefined).to).toBe(now(6));
    expect(timelineScale(at(0), spans, now(10)).ticks.map((tick) => tick.label)).toEqual(["0", "2 s", "4 s", "6 s", "8 s", "10 s"]);
  });

  it("shows waiting and running apart, and runs on while it is live", () => {
    const scale = timelineScale(at(0), spans, now(10));
    const done = timelineBar(spans[0]!, scale, now(10))!;
    expect([done.left, done.width, done.waited].map((n) => n.toFixed(2))).toEqual(["0.20", "0.40", "0.20"]);
    const live = timelineBar(spans[1]!, scale, now(10))!;
    expect([live.left, live.width, live.waited].map((n) => n.toFixed(2))).toEqual(["0.80", "0.20", "0.20"]);
  });

  it("shows what still waits as waiting", () => {
    const scale = timelineScale(at(0), spans, now(10));
    expect(timelineBar({ queuedAt: at(4) }, scale, now(10))).toEqual({ left: 1, width: 0, waited: 0.6 });
    expect(timelineBar({}, scale, now(10))).toBeUndefined();
  });

  it("marks what took no time, like a hit of the cache, at its moment", () => {
    const scale = timelineScale(at(0), spans, now(10));
    expect(timelineBar({ finishedAt: at(5) }, scale, now(10))).toEqual({ left: 0.5, width: 0, waited: 0 });
  });

  it("has a scale even before anything began", () => {
    const scale = timelineScale(undefined, [], now(1));
    expect(scale.to).toBeGreaterThan(scale.from);
  });

  it("draws a fan-out from its first beginning to its last end", () => {
    expect(
      envelope([
        { startedAt: at(1), finishedAt: at(2) },
        { queuedAt: at(0), startedAt: at(3), finishedAt: at(9) },
      ]),
    ).toEqual({
      queuedAt: at(0),
      startedAt: at(1),
      finishedAt: at(9),
    });
    expect(envelope([{ startedAt: at(1), finishedAt: at(2) }, { startedAt: at(3) }]).finishedAt).toBeUndefined();
  });
});
