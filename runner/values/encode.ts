/** Values to bytes (tree.ts describes them). One walk: structure, buffers, and the first thing that cannot travel. */
import { hasPrivateState, type ClassRegistry } from "./class-registry";
import { findColumns } from "./columns";
import { writeColumn } from "./encode-column";
import type { Extensions } from "./extensions";
import { aligned, Tag, viewKinds, type ViewKind } from "./tree";
import { TreeWriter } from "./tree-writer";
import { pathText, UnserializableValue, type PathStep } from "./unserializable";

export interface EncodedValue {
  readonly bytes: number;
  /** In order, to be written one behind the other; array buffers stand here as they are, uncopied. */
  readonly chunks: readonly Uint8Array[];
}

export function encodeValue(name: string, value: unknown, classes: ClassRegistry, extensions: Extensions): EncodedValue {
  const encoder = new Encoder(name, classes, extensions);
  try {
    encoder.write(value);
  } catch (error) {
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      throw new UnserializableValue(name, "nested too deeply (some thousand levels)", "Keep it as a flat array.");
    }
    throw error;
  }
  return encoder.finish();
}

export class Encoder {
  readonly tree = new TreeWriter();
  private readonly buffers: Uint8Array[] = [];
  private readonly seen = new Map<object, number>();
  private readonly shapes = new Map<string, number>();
  private readonly path: PathStep[] = [];
  private readonly used = new Set<string>();

  constructor(
    private readonly name: string,
    private readonly classes: ClassRegistry,
    private readonly extensions: Extensions,
  ) {}

  write(value: unknown): void {
    switch (typeof value) {
      case "undefined":
        return this.tree.byte(Tag.Undefined);
      case "boolean":
        return this.tree.byte(value ? Tag.True : Tag.False);
      case "number":
        return this.number(value);
      case "string":
        return this.string(value);
      case "bigint":
        this.tree.byte(Tag.BigInt);
        return this.tree.text(value.toString());
      case "function":
        throw this.unserializable(
          `a function (${value.name || "anonymous"})`,
          "Give the function a name of its own with `const` or `function`: such definitions travel as source.",
        );
      case "symbol":
        throw this.unserializable("a symbol");
      case "object":
        return value === null ? this.tree.byte(Tag.Null) : this.object(value);
    }
  }

  /** The bytes of an array buffer: kept behind the tree, in the order of the walk. */
  buffer(bytes: Uint8Array): void {
    this.tree.varint(bytes.length);
    if (bytes.length > 0) this.buffers.push(bytes);
  }

  finish(): EncodedValue {
    const head = new TreeWriter();
    head.varint(this.used.size);
    for (const name of [...this.used].sort()) head.text(name);
    const prefix = head.done();
    const body = this.tree.done();
    const length = prefix.length + body.length;
    const start = Buffer.alloc(this.buffers.length > 0 ? aligned(4 + length) : 4 + length);
    start.writeUInt32LE(length);
    prefix.copy(start, 4);
    body.copy(start, 4 + prefix.length);
    const chunks: Uint8Array[] = [start];
    let total = start.length;
    this.buffers.forEach((bytes, index) => {
      chunks.push(bytes);
      total += bytes.length;
      const padding = index + 1 < this.buffers.length ? aligned(total) - total : 0;
      if (padding > 0) chunks.push(Buffer.alloc(padding));
      total += padding;
    });
    return { bytes: total, chunks };
  }

  private number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.tree.byte(Tag.Int);
      this.tree.varint(value >= 0 ? value * 2 : -value * 2 - 1);
    } else {
      this.tree.byte(Tag.Float);
      this.tree.float(value);
    }
  }

  private string(value: string): void {
    if (value.isWellFormed()) {
      this.tree.byte(Tag.String);
      this.tree.text(value);
    } else {
      this.tree.byte(Tag.WideString);
      this.tree.bytes(Buffer.from(value, "utf16le"));
    }
  }

  private object(value: object): void {
    const known = this.seen.get(value);
    if (known !== undefined) {
      this.tree.byte(Tag.Reference);
      return this.tree.varint(known);
    }
    this.seen.set(value, this.seen.size);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype || prototype === null) {
      this.tree.byte(Tag.Object);
      return this.fields(value as Record<string, unknown>);
    }
    if (Array.isArray(value) && prototype === Array.prototype) return this.array(value);
    if (ArrayBuffer.isView(value)) return this.view(value);
    switch (prototype) {
      case Date.prototype:
        this.tree.byte(Tag.Date);
        return this.tree.float((value as Date).getTime());
      case Map.prototype:
        return this.map(value as Map<unknown, unknown>);
      case Set.prototype:
        return this.set(value as Set<unknown>);
      case RegExp.prototype:
        this.tree.byte(Tag.RegExp);
        this.string((value as RegExp).source);
        return this.string((value as RegExp).flags);
      case ArrayBuffer.prototype:
        this.tree.byte(Tag.ArrayBuffer);
        return this.buffer(new Uint8Array(value as ArrayBuffer));
      case Number.prototype:
      case String.prototype:
      case Boolean.prototype:
        this.tree.byte(Tag.Boxed);
        return this.write((value as { valueOf(): unknown }).valueOf());
    }
    this.instance(value);
  }

  private array(value: readonly unknown[]): void {
    const names = findColumns(value);
    if (names) {
      this.tree.byte(Tag.Columns);
      this.tree.varint(value.length);
      this.tree.varint(names.length);
      for (const name of names) this.tree.text(name);
      const rows = value as readonly Record<string, unknown>[];
      for (const name of names) writeColumn(this, rows.length, (row) => rows[row]![name]);
      return;
    }
    if (value.length >= 16 && isPackable(value)) {
      this.tree.byte(Tag.Packed);
      this.tree.varint(value.length);
      return writeColumn(this, value.length, (index) => value[index]);
    }
    this.tree.byte(Tag.Array);
    this.tree.varint(value.length);
    const depth = this.path.length;
    for (let index = 0; index < value.length; index++) {
      const item = value[index];
      if (item === undefined && !(index in value)) {
        this.tree.byte(Tag.Hole);
        continue;
      }
      this.path[depth] = index;
      this.write(item);
    }
    this.path.length = depth;
  }

  private fields(value: Record<string, unknown>): void {
    const names = Object.keys(value);
    let shape = "";
    for (const name of names) shape += `${name.length}:${name}`;
    const known = this.shapes.get(shape);
    if (known !== undefined) this.tree.varint(known);
    else {
      this.tree.varint(this.shapes.size);
      this.shapes.set(shape, this.shapes.size);
      this.tree.varint(names.length);
      for (const name of names) this.string(name);
    }
    const depth = this.path.length;
    for (const name of names) {
      this.path[depth] = name;
      this.write(value[name]);
    }
    this.path.length = depth;
  }

  private map(value: Map<unknown, unknown>): void {
    this.tree.byte(Tag.Map);
    this.tree.varint(value.size);
    const depth = this.path.length;
    for (const [key, item] of value) {
      this.path[depth] = typeof key === "string" || typeof key === "number" ? key : "(key)";
      this.write(key);
      this.write(item);
    }
    this.path.length = depth;
  }

  private set(value: Set<unknown>): void {
    this.tree.byte(Tag.Set);
    this.tree.varint(value.size);
    const depth = this.path.length;
    let index = 0;
    for (const item of value) {
      this.path[depth] = index++;
      this.write(item);
    }
    this.path.length = depth;
  }

  private view(value: ArrayBufferView): void {
    const name = Buffer.isBuffer(value) ? "Buffer" : value.constructor.name;
    const kind = viewKinds.indexOf(name as ViewKind);
    if (kind < 0) throw this.unserializable(`an instance of ${name}`);
    if (value.buffer instanceof SharedArrayBuffer) throw this.unserializable("a view on a SharedArrayBuffer", "Copy it with `.slice()`.");
    this.tree.byte(Tag.View);
    this.tree.byte(kind);
    this.buffer(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }

  private instance(value: object): void {
    const className = this.classes.nameOf(value);
    if (className !== undefined) {
      if (hasPrivateState(value.constructor)) {
        throw this.unserializable(
          `an instance of ${className}, whose #private state nothing can read`,
          "Use `private` of TypeScript instead of `#`, or return the fields as a plain object.",
        );
      }
      if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
        throw this.unserializable(`an instance of ${className}, which extends a built-in collection`, "Keep the collection in a field.");
      }
      if (!(value instanceof Error)) {
        this.tree.byte(Tag.Instance);
        this.tree.text(className);
        return this.fields(value as Record<string, unknown>);
      }
    }
    if (value instanceof Error) return this.error(value, className);
    const extension = this.extensions.find(value);
    if (extension) {
      this.used.add(extension.module);
      this.tree.byte(Tag.Extension);
      this.tree.text(extension.name);
      return this.write(extension.encode(value));
    }
    throw this.unserializable(...describe(value));
  }

  private error(value: Error, className: string | undefined): void {
    this.tree.byte(Tag.Error);
    this.string(className ?? "");
    this.string(String(value.name));
    this.string(String(value.message));
    this.string(typeof value.stack === "string" ? value.stack : "");
    const depth = this.path.length;
    this.path[depth] = "cause";
    this.write(value.cause);
    this.path.length = depth;
    const own: Record<string, unknown> = {};
    for (const key of Object.keys(value)) own[key] = (value as unknown as Record<string, unknown>)[key];
    this.fields(own);
  }

  private unserializable(kind: string, remedy?: string): UnserializableValue {
    return new UnserializableValue(pathText(this.name, this.path), kind, remedy);
  }
}

function isPackable(value: readonly unknown[]): boolean {
  const type = typeof value[0];
  if (type !== "number" && type !== "string" && type !== "boolean") return false;
  for (let index = 0; index < value.length; index++) if (typeof value[index] !== type) return false;
  return true;
}

function describe(value: object): [kind: string, remedy?: string] {
  if (value instanceof Promise) return ["a promise", "Write `await` before it."];
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) return [`a ${value.constructor.name}`];
  if (value instanceof SharedArrayBuffer) return ["a SharedArrayBuffer", "Copy it into an ArrayBuffer."];
  const name = (value as { constructor?: { name?: string } }).constructor?.name;
  if (typeof (value as { next?: unknown }).next === "function") return ["an iterator or generator", "Make an array of it with `[...it]`."];
  return [
    `an instance of ${name ? `the class ${name}` : "an unnamed class"}, which is not a class of this notebook`,
    "Keep its data as plain objects, arrays or typed arrays.",
  ];
}
