/** One column of a table, or one plain array of numbers, strings or booleans. */
import type { Encoder } from "./encode";
import { Column, Validity } from "./tree";

export function writeColumn(encoder: Encoder, length: number, at: (row: number) => unknown): void {
  const seen = survey(length, at);
  const { tree } = encoder;
  const kind = seen.kind;
  tree.byte(kind);
  if (kind === Column.Mixed) {
    for (let row = 0; row < length; row++) encoder.write(at(row));
    return;
  }
  if (seen.missing) {
    tree.byte(1);
    const validity = new Uint8Array(length);
    for (let row = 0; row < length; row++) {
      const value = at(row);
      validity[row] = value === null ? Validity.Null : value === undefined ? Validity.Undefined : Validity.Present;
    }
    encoder.buffer(validity);
  } else tree.byte(0);
  switch (kind) {
    case Column.Int32: {
      const numbers = new Int32Array(length);
      for (let row = 0; row < length; row++) numbers[row] = at(row) as number;
      return encoder.buffer(bytesOf(numbers));
    }
    case Column.Float64: {
      const numbers = new Float64Array(length);
      for (let row = 0; row < length; row++) {
        const value = at(row);
        if (typeof value === "number") numbers[row] = value !== value ? NaN : value;
      }
      return encoder.buffer(bytesOf(numbers));
    }
    case Column.Date: {
      const numbers = new Float64Array(length);
      for (let row = 0; row < length; row++) {
        const value = at(row);
        if (value) numbers[row] = (value as Date).getTime();
      }
      return encoder.buffer(bytesOf(numbers));
    }
    case Column.Boolean: {
      const flags = new Uint8Array(length);
      for (let row = 0; row < length; row++) flags[row] = at(row) === true ? 1 : 0;
      return encoder.buffer(flags);
    }
    case Column.Dictionary: {
      const indexes =
        seen.dictionary.size <= 256
          ? new Uint8Array(length)
          : seen.dictionary.size <= 65536
            ? new Uint16Array(length)
            : new Uint32Array(length);
      tree.varint(seen.dictionary.size);
      for (const text of seen.dictionary.keys()) tree.text(text);
      for (let row = 0; row < length; row++) {
        const value = at(row);
        if (typeof value === "string") indexes[row] = seen.dictionary.get(value)!;
      }
      return encoder.buffer(bytesOf(indexes));
    }
    case Column.Text: {
      const ends = new Uint32Array(length);
      const parts: string[] = [];
      let end = 0;
      for (let row = 0; row < length; row++) {
        const value = at(row);
        if (typeof value === "string") {
          parts.push(value);
          end += Buffer.byteLength(value);
        }
        ends[row] = end;
      }
      encoder.buffer(bytesOf(ends));
      return encoder.buffer(Buffer.from(parts.join("")));
    }
  }
}

interface Survey {
  readonly kind: Column;
  readonly missing: boolean;
  readonly dictionary: ReadonlyMap<string, number>;
}

function survey(length: number, at: (row: number) => unknown): Survey {
  let integers = true;
  let missing = false;
  let numbers = 0;
  let texts = 0;
  let flags = 0;
  let dates = 0;
  let present = 0;
  let wellFormed = true;
  let characters = 0;
  const dictionary = new Map<string, number>();
  let repeats = true;
  for (let row = 0; row < length; row++) {
    const value = at(row);
    if (value === null || value === undefined) {
      missing = true;
      continue;
    }
    present++;
    if (typeof value === "number") {
      numbers++;
      if (integers && ((value | 0) !== value || Object.is(value, -0))) integers = false;
    } else if (typeof value === "string") {
      texts++;
      characters += value.length;
      if (repeats) {
        if (!dictionary.has(value)) {
          wellFormed &&= value.isWellFormed();
          dictionary.set(value, dictionary.size);
          if (dictionary.size > 1000 && dictionary.size > row / 2) repeats = false;
        }
      } else wellFormed &&= value.isWellFormed();
    } else if (typeof value === "boolean") flags++;
    else dates++;
  }
  const kind = ((): Column => {
    if (present === 0) return Column.Mixed;
    // Missing numbers keep their place as zeros, which an integer column would show just as well.
    if (numbers === present) return integers && !missing ? Column.Int32 : Column.Float64;
    if (flags === present) return Column.Boolean;
    if (dates === present) return Column.Date;
    if (texts === present && wellFormed) return repeats || characters * 3 >= 2 ** 32 ? Column.Dictionary : Column.Text;
    return Column.Mixed;
  })();
  return { kind, missing, dictionary };
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
