import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFrame, FrameReader } from "./frame";

test("frames come out as they went in, however the stream is cut", () => {
  const frames = fc.array(fc.tuple(fc.jsonValue(), fc.uint8Array({ maxLength: 50 })), { maxLength: 8 });
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
      const parts = sent.map(([header, payload]) => encodeFrame(header, payload));
      const stream = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      parts.reduce((at, part) => (stream.set(part, at), at + part.length), 0);
      const reader = new FrameReader();
      const received = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const next = at + cuts[turn % cuts.length]!;
        received.push(...reader.push(stream.slice(at, next)));
        at = next;
      }
      expect(received.map(({ header, payload }) => [header, [...payload]])).toEqual(
        sent.map(([header, payload]) => [JSON.parse(JSON.stringify(header)), [...payload]]),
      );
    }),
  );
});

test("a frame beyond the limit is refused before it is gathered", () => {
  expect(() => new FrameReader(100).push(encodeFrame({ text: "x".repeat(200) }).slice(0, 20))).toThrow(/over the limit/);
});
