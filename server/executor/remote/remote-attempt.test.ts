import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { WorkerAttemptWord, WorkerValue } from "@/pipelines/protocol/worker";
import { AttemptLog } from "../testing/attempt-log";
import type { Grant } from "./attempt-grants";
import { RemoteAttempt } from "./remote-attempt";

const key = "r1-0#1";
const log = (n: number, offset: number, text: string): WorkerAttemptWord => ({
  type: "logs",
  attempt: key,
  n,
  offset,
  records: [{ time: 1, level: "info", text }],
});
const finished = (n: number, outputs: Record<string, WorkerValue>): WorkerAttemptWord => ({
  type: "finished",
  attempt: key,
  n,
  result: { status: "succeeded", outputs, displays: [], usage: { durationMs: 1, cpuMs: 1, peakMemoryBytes: 1 }, previews: {} },
});

function follow(grant: Partial<Grant> = {}) {
  const listener = new AttemptLog();
  const acks: number[] = [];
  let settled: (n: number) => void = () => undefined;
  const attempt = new RemoteAttempt({
    key,
    listener,
    values: { putPreview: async () => undefined },
    grant: () => ({ attempt: key, workspaceId: "w", readable: new Set(), files: new Map(), written: new Set(), ...grant }),
    acknowledge: (n) => {
      acks.push(n);
      settled(n);
    },
    answer: () => undefined,
    ended: () => undefined,
    log: () => undefined,
  });
  const acked = (n: number) =>
    new Promise<void>((resolve) => {
      if (acks.includes(n)) return resolve();
      settled = (each) => each >= n && resolve();
    });
  return { attempt, listener, acks, acked };
}

test("words said again are heard once and acknowledged again", async () => {
  const { attempt, listener, acks, acked } = follow();
  attempt.hear(log(0, 0, "a"));
  attempt.hear(log(0, 0, "a"));
  attempt.hear(log(1, 1, "b"));
  await acked(1);
  attempt.hear(log(1, 1, "b"));
  expect(listener.texts("info")).toEqual(["a", "b"]);
  expect(acks.at(-1)).toBe(1);
});

test("a server that was started anew takes up the count where the one before acknowledged", async () => {
  const { attempt, acked, listener } = follow();
  attempt.hear(log(17, 0, "later"));
  await acked(17);
  attempt.hear(finished(18, {}));
  await acked(18);
  expect((await listener.result()).status).toBe("succeeded");
});

test("another process of the worker counts from 0 again", async () => {
  const { attempt, acked, acks } = follow();
  attempt.hear(log(5, 0, "x"));
  await acked(5);
  attempt.recount();
  acks.length = 0;
  attempt.hear(log(0, 1, "y"));
  await acked(0);
  expect(acks).toEqual([0]);
});

test("a value is believed only where its bytes came here under their hash, or are inline and have it", async () => {
  const bytes = Buffer.from("small");
  const hash = createHash("sha256").update(bytes).digest("hex");
  const inline: WorkerValue = { hash, bytes: bytes.length, codec: "v8", summary: "s", inline: bytes.toString("base64") };
  const large: WorkerValue = { hash: "b".repeat(64), bytes: 100_000, codec: "v8", summary: "l" };
  const good = follow({ written: new Set([large.hash]) });
  good.attempt.hear(finished(0, { inline, large }));
  expect(await good.listener.result()).toMatchObject({ status: "succeeded", outputs: { inline: { hash }, large: { hash: large.hash } } });
  for (const outputs of [{ large }, { inline: { ...inline, hash: "c".repeat(64) } }, { inline: { ...inline, bytes: 4 } }]) {
    const bad = follow();
    bad.attempt.hear(finished(0, outputs as Record<string, WorkerValue>));
    expect(await bad.listener.result()).toMatchObject({ status: "failed", reason: "internal" });
  }
});
