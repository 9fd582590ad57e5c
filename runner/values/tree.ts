/**
 * The one encoding of values, "tree/1": [u32 tree bytes][tree][zero padding][buffers, each 64-byte aligned].
 * The tree holds structure and small things; array buffers lie behind it untouched, so that reading 100 MB of floats
 * is a view on the file. It is ours rather than V8's structured clone because equal values must give equal bytes (V8
 * writes the same number or string in several ways), because class instances keep their class, and because one walk
 * finds what cannot travel and where. encode.ts writes it, decode.ts reads it.
 */
export const codec = "tree/1";

/** Buffers start at multiples of this: every typed array, and Arrow, can view them in place. */
export const alignment = 64;

export const enum Tag {
  Undefined,
  Null,
  True,
  False,
  Int,
  Float,
  String,
  WideString,
  BigInt,
  Date,
  RegExp,
  Array,
  Hole,
  Object,
  Shape,
  Map,
  Set,
  Error,
  Reference,
  ArrayBuffer,
  View,
  Instance,
  Columns,
  Packed,
  Extension,
  Boxed,
}

/** How a column of alike rows is kept. */
export const enum Column {
  Int32,
  Float64,
  Boolean,
  Date,
  Dictionary,
  Text,
  Mixed,
}

/** What a sparse numeric column says of each row. */
export const enum Validity {
  Present,
  Null,
  Undefined,
}

export const viewKinds = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
  "Buffer",
] as const;
export type ViewKind = (typeof viewKinds)[number];

export function aligned(offset: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
