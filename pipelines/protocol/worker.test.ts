import { describe, expect, test } from "vitest";
import { workerMessageSchema, workerOrderSchema } from "./worker";

const id = "4ad0e2a7-1c89-4a5e-b3a5-2f1f7d0d8a51";
const hello = {
  type: "hello",
  protocol: 1,
  version: "0.1.0",
  worker: id,
  session: id,
  name: "rig-1",
  host: "rig",
  pools: ["gpu"],
  labels: { room: "cellar" },
  slots: 2,
  capacity: { cpu: 8, memory: 1e10, gpu: 1 },
  executor: "docker",
  environment: "a".repeat(64),
  draining: false,
  attempts: ["r1-0#1"],
};

describe("words of a worker", () => {
  test("are taken as they are meant", () => {
    expect(workerMessageSchema.parse(hello)).toEqual(hello);
    const word = {
      type: "word",
      word: { type: "metrics", attempt: "r1-0#1", n: 0, points: [{ seq: 0, name: "loss", value: "NaN", step: 1, time: 2 }] },
    };
    expect(workerMessageSchema.parse(word)).toEqual(word);
  });

  test.each([
    { ...hello, extra: 1 },
    { ...hello, pools: [] },
    { ...hello, pools: ["../x"] },
    { ...hello, slots: 0 },
    { ...hello, worker: "../../etc" },
    { ...hello, environment: "short" },
    { type: "word", word: { type: "logs", attempt: "a", n: -1, offset: 0, records: [] } },
    { type: "word", word: { type: "finished", attempt: "a", n: 0, result: { status: "succeeded", outputs: { x: { hash: "x" } } } } },
    { type: "not-launched", attempt: "a", reason: "bad luck", retriable: true, message: "" },
    { type: "beat", n: 0, load: { cpu: 7, memoryUsed: 0 } },
    { type: "launch" },
  ])("%j is none", (message) => {
    expect(workerMessageSchema.safeParse(message).success).toBe(false);
  });

  test("of a server neither", () => {
    expect(workerOrderSchema.safeParse({ type: "stop", attempt: "a", reason: "because" }).success).toBe(false);
    expect(workerOrderSchema.safeParse({ type: "refused", attempt: "a", status: 410, reason: "lease-lost" }).success).toBe(false);
    expect(workerOrderSchema.safeParse({ type: "refused", attempt: "a", status: 409, reason: "lease-lost" }).success).toBe(true);
  });
});
