/**
 * A number, text or boolean as a stored value: what a person typed becomes a value that cells read as any other. The bytes
 * are those of runner/values/encode.ts, and a test there holds the two together.
 */
export type Scalar = null | boolean | number | string;

export const scalarCodec = "tree/1";

const tag = { null: 1, true: 2, false: 3, int: 4, float: 5, string: 6 } as const;

export function encodeScalar(value: Scalar): Uint8Array {
  // A tree that needs no modules: [u32 bytes of it][0 modules][tag][…].
  const tree: number[] = [0];
  if (value === null) tree.push(tag.null);
  else if (typeof value === "boolean") tree.push(value ? tag.true : tag.false);
  else if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    tree.push(tag.string);
    writeVarint(tree, text.length);
    for (const byte of text) tree.push(byte);
  } else if ((value | 0) === value && !Object.is(value, -0)) {
    tree.push(tag.int);
    writeVarint(tree, value >= 0 ? value * 2 : -value * 2 - 1);
  } else {
    const float = new DataView(new ArrayBuffer(8));
    float.setFloat64(0, value, true);
    tree.push(tag.float, ...new Uint8Array(float.buffer));
  }
  const bytes = new Uint8Array(4 + tree.length);
  new DataView(bytes.buffer).setUint32(0, tree.length, true);
  bytes.set(tree, 4);
  return bytes;
}

/** One line for people. */
export function summarizeScalar(value: Scalar): string {
  if (value === null) return "null";
  if (typeof value === "string") return value.length <= 60 ? `string · ${JSON.stringify(value)}` : `string · ${value.length} characters`;
  return `${typeof value} · ${value}`;
}

function writeVarint(bytes: number[], value: number): void {
  while (value >= 128) {
    bytes.push((value % 128) | 128);
    value = Math.floor(value / 128);
  }
  bytes.push(value);
}
