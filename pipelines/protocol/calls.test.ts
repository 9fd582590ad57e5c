import { expect, test } from "vitest";
import { encodeFrame, FrameReader } from "./frame";
import { harnessMessageSchema, serverMessageSchema } from "./messages";

const throughTheWire = (message: unknown) => new FrameReader().push(encodeFrame(message))[0]!.header;

const call = { type: "call", attempt: "r-0#1", call: 0, notebook: "Other", params: { n: 1, list: [{ a: null }] }, nth: 2 };

test("calls and their parking arrive as they were sent, and nothing else passes for one", () => {
  expect(harnessMessageSchema.parse(throughTheWire(call))).toEqual(call);
  const parked = { type: "parked", attempt: "r-0#1", calls: [0, 3] };
  expect(harnessMessageSchema.parse(throughTheWire(parked))).toEqual(parked);
  for (const wrong of [
    { call: -1 },
    { nth: 0.5 },
    { notebook: "x".repeat(301) },
    { params: [] },
    { workspaceId: "other" },
    { attempt: undefined },
  ]) {
    expect(harnessMessageSchema.safeParse(throughTheWire({ ...call, ...wrong })).success).toBe(false);
  }
  expect(harnessMessageSchema.safeParse({ ...parked, calls: ["0"] }).success).toBe(false);
});

test("an answer is the values by reference, or why there are none", () => {
  const run = { id: "r9", number: 9 };
  const outputs = { a: { hash: "h", codec: "tree" }, b: { list: [{ hash: "h", codec: "tree", inline: "AA==" }] }, c: { absent: true } };
  for (const answer of [
    { ok: true, run, outputs, params: { n: 1 } },
    { ok: false, status: "failed", reason: "exception", notebook: "Other", run, message: "Run 9 failed." },
    { ok: false, status: "refused", notebook: "Othr", message: "There is no notebook." },
  ]) {
    const message = { type: "answer", attempt: "r-0#1", call: 0, answer };
    expect(serverMessageSchema.parse(throughTheWire(message))).toEqual(message);
  }
  const half = { type: "answer", attempt: "r-0#1", call: 0, answer: { ok: true, run } };
  expect(serverMessageSchema.safeParse(half).success).toBe(false);
});
