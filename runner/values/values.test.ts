import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ClassRegistry } from "./class-registry";
import { decodeValue } from "./decode";
import { encodeValue } from "./encode";
import { Extensions } from "./extensions";
import { UnserializableValue } from "./unserializable";

const none = new Extensions();

function encode(value: unknown, classes = new ClassRegistry()): Buffer {
  const { chunks, bytes } = encodeValue("value", value, classes, none);
  const joined = Buffer.concat(chunks);
  expect(joined.length).toBe(bytes);
  return joined;
}

function travel<T>(value: T, classes = new ClassRegistry()): T {
  return decodeValue(encode(value, classes), classes, none) as T;
}

function failure(value: unknown, classes = new ClassRegistry()): UnserializableValue {
  try {
    encode(value, classes);
  } catch (error) {
    if (error instanceof UnserializableValue) return error;
    throw error;
  }
  throw new Error("It travelled.");
}

describe("a value", () => {
  test("arrives as it left, whatever plain data it is made of", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withUnicodeString: true,
    } as never);
    fc.assert(
      fc.property(anything, (value) => {
        expect(travel(value)).toStrictEqual(value);
      }),
      {
        numRuns: 300,
        examples: [
          [[{ "": 0 }, {}]],
          [
            [
              { "a\0": 1, b: 2 },
              { a: 1, "\0b": 2 },
            ],
          ],
        ],
      },
    );
  });

  test("gives equal bytes when it is equal, however it was made", () => {
    const anything = fc.anything({ withDate: true, withMap: true, withSet: true });
    fc.assert(
      fc.property(anything, (value) => {
        expect(encode(travel(value)).equals(encode(value))).toBe(true);
      }),
      { numRuns: 300 },
    );
    // V8 keeps these differently, JavaScript does not tell them apart.
    const fields: { x: number } = { x: 0.5 };
    fields.x = 1;
    expect(encode(fields).equals(encode({ x: 1 }))).toBe(true);
    expect(encode("ab\u{1F600}".slice(0, 2)).equals(encode("ab"))).toBe(true);
    expect(encode(new Float64Array([NaN])[0]).equals(encode(-NaN))).toBe(true);
  });

  test("keeps cycles and shared parts", () => {
    const shared = { n: 1 };
    const value: Record<string, unknown> = { a: shared, b: shared, list: [shared], map: new Map([[shared, shared]]) };
    value.self = value;
    const back = travel(value);
    expect(back.self).toBe(back);
    expect(back.a).toBe(back.b);
    expect([...(back.map as Map<unknown, unknown>).keys()][0]).toBe(back.a);
  });

  test("keeps typed arrays, buffers and views, and reads large ones in place", () => {
    const value = {
      floats: new Float32Array([1, 2.5, NaN]),
      part: new Float64Array([1, 2, 3, 4]).subarray(1, 3),
      bytes: Buffer.from("hello"),
      buffer: new Uint8Array([1, 2]).buffer,
      view: new DataView(new Uint8Array([7, 8, 9]).buffer, 1, 2),
      big: new BigInt64Array([1n, -2n]),
      empty: new Float64Array(0),
    };
    const back = travel(value);
    expect(back).toStrictEqual({ ...value, view: back.view });
    expect([back.view.byteLength, back.view.getUint8(0)]).toEqual([2, 8]);
    const bytes = encode(new Float32Array(1000).fill(3));
    const copy = Buffer.from(new Uint8Array(bytes).buffer);
    expect((decodeValue(copy, new ClassRegistry(), none) as Float32Array).buffer).toBe(copy.buffer);
  });

  test("keeps tables of every kind of column", () => {
    const rows = Array.from({ length: 2000 }, (_, i) => ({
      id: i,
      x: i / 3,
      gap: i % 7 === 0 ? null : i * 0.5,
      whole: i % 5 === 0 ? undefined : i,
      name: `row ${i}`,
      origin: ["Europe", "USA", "Japan"][i % 3],
      note: i % 2 ? null : "ä",
      good: i % 2 === 0,
      when: new Date(i * 1000),
      odd: i % 3 === 0 ? "text" : i,
      "with space": -0,
    }));
    const back = travel(rows);
    expect(back).toStrictEqual(rows);
    expect(encode(rows).length).toBeLessThan(JSON.stringify(rows).length);
    expect(travel(rows.map((row, i) => (i === 1999 ? { ...row, extra: 1 } : row)))).toHaveLength(2000);
    const random = fc.array(
      fc.record(
        { a: fc.oneof(fc.double(), fc.constant(null)), b: fc.string({ unit: "binary" }), c: fc.integer() },
        { noNullPrototype: true },
      ),
      { minLength: 40, maxLength: 60 },
    );
    fc.assert(
      fc.property(random, (table) => {
        expect(travel(table)).toStrictEqual(table);
      }),
      { numRuns: 50 },
    );
  });

  test("keeps long arrays of numbers, strings and booleans", () => {
    const lists = [
      Array.from({ length: 100 }, (_, i) => i),
      Array.from({ length: 100 }, (_, i) => i * 1.5),
      Array.from({ length: 3000 }, (_, i) => `s${i}`),
      Array.from({ length: 100 }, (_, i) => i % 2 === 0),
    ];
    expect(travel(lists)).toStrictEqual(lists);
  });

  test("keeps errors with their names, causes and fields", () => {
    const error = Object.assign(new TypeError("bad", { cause: new Error("why") }), { code: "E1" });
    const back = travel(error);
    expect(back).toBeInstanceOf(TypeError);
    expect([back.message, (back.cause as Error).message, back.code, back.stack]).toEqual(["bad", "why", "E1", error.stack]);
  });

  test("is never taken for a prototype", () => {
    const value = JSON.parse('{"__proto__": {"bad": true}, "a": 1}') as object;
    const back = travel(value);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.keys(back)).toEqual(["__proto__", "a"]);
  });

  test("arrives as an instance when its class is the notebook's", () => {
    class Model {
      constructor(readonly weights: Float64Array) {}
      predict(): number {
        return this.weights[0]! * 2;
      }
    }
    const classes = new ClassRegistry();
    classes.register("Model", Model);
    const back = travel([new Model(new Float64Array([21]))], classes)[0]!;
    expect(back).toBeInstanceOf(Model);
    expect(back.predict()).toBe(42);
  });

  test("that cannot travel says where and why", () => {
    class Secretive {
      #hidden = 1;
      get value() {
        return this.#hidden;
      }
    }
    class Other {
      size = 1;
    }
    const classes = new ClassRegistry();
    classes.register("Secretive", Secretive);
    expect(failure({ layers: [{}, { fit: () => 1 }] })).toMatchObject({
      path: "value.layers[1].fit",
      message: expect.stringContaining("a function (fit)") as string,
    });
    expect(failure({ "odd key": Symbol("x") }).path).toBe('value["odd key"]');
    expect(failure([Promise.resolve(1)]).message).toContain("Write `await`");
    expect(failure(new WeakMap()).message).toContain("WeakMap");
    expect(failure({ a: new Secretive() }, classes).message).toContain("#private");
    expect(failure(new Map([["k", new Other()]])).message).toContain("the class Other");
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(failure(deep).message).toContain("nested too deeply");
  });
});
