/** What the server writes for an answer is what the runner writes for the same value, byte for byte. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeScalar, scalarCodec, type Scalar } from "@/pipelines/protocol/scalar-value";
import { ClassRegistry } from "./class-registry";
import { decodeValue } from "./decode";
import { encodeValue } from "./encode";
import { Extensions } from "./extensions";
import { codec } from "./tree";

const extensions = new Extensions();

test("a scalar has the bytes that the runner gives it, and reads back as itself", () => {
  const scalar = fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true }), fc.string({ unit: "grapheme" }));
  expect(scalarCodec).toBe(codec);
  fc.assert(
    fc.property(scalar, (value: Scalar) => {
      const bytes = encodeScalar(value);
      expect(Buffer.from(bytes)).toEqual(Buffer.concat(encodeValue("x", value, new ClassRegistry(), extensions).chunks));
      expect(decodeValue(bytes, new ClassRegistry(), extensions)).toBe(value);
    }),
  );
});
