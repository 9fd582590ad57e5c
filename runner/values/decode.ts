/** Bytes to values (tree.ts describes them). Typed arrays are views on the bytes that were read, not copies. */
import type { ClassRegistry } from "./class-registry";
import { rowFactory } from "./columns";
import type { Extensions } from "./extensions";
import { aligned, Column, Tag, Validity, viewKinds } from "./tree";

/** Modules of the environment that must be imported before the value can be decoded. */
export function requiredModules(bytes: Uint8Array): string[] {
  return new Decoder(bytes, undefined, undefined).modules();
}

export function decodeValue(bytes: Uint8Array, classes: ClassRegistry, extensions: Extensions): unknown {
  const decoder = new Decoder(bytes, classes, extensions);
  decoder.modules();
  return decoder.read();
}

/** A column as it lies in the file: what a table's reader sorts and filters without making rows of objects. */
export interface DecodedColumn {
  readonly kind: Column;
  /** What each row is (Validity); undefined: all are there. */
  readonly validity: Uint8Array | undefined;
  readonly get: (row: number) => unknown;
  /** Numbers, times, flags, or places in `texts`. */
  readonly data?: Int32Array | Float64Array | Uint8Array | Uint16Array | Uint32Array;
  readonly texts?: readonly string[];
  /** Where each text ends in `text`. */
  readonly ends?: Uint32Array;
  readonly text?: Buffer;
}

export interface DecodedColumns {
  readonly rowCount: number;
  readonly names: readonly string[];
  readonly columns: readonly DecodedColumn[];
}

/** The columns of a value that is a table by itself; undefined: it is something else. */
export function decodeColumns(bytes: Uint8Array): DecodedColumns | undefined {
  const decoder = new Decoder(bytes, undefined, undefined);
  decoder.modules();
  return decoder.table();
}

const errorClasses: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

class Decoder {
  private at = 4;
  private bufferAt: number;
  private readonly seen: unknown[] = [];
  private readonly shapes: string[][] = [];
  private readonly buffer: Buffer;

  constructor(
    bytes: Uint8Array,
    private readonly classes: ClassRegistry | undefined,
    private readonly extensions: Extensions | undefined,
  ) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bufferAt = aligned(4 + this.buffer.readUInt32LE(0));
  }

  modules(): string[] {
    const modules: string[] = [];
    for (let left = this.varint(); left > 0; left--) modules.push(this.text());
    return modules;
  }

  read(): unknown {
    const tag: Tag = this.buffer[this.at++]!;
    switch (tag) {
      case Tag.Undefined:
        return undefined;
      case Tag.Null:
        return null;
      case Tag.True:
        return true;
      case Tag.False:
        return false;
      case Tag.Int: {
        const raw = this.varint();
        return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
      }
      case Tag.Float:
        return this.float();
      case Tag.String:
        return this.text();
      case Tag.WideString: {
        const length = this.varint();
        this.at += length;
        return this.buffer.toString("utf16le", this.at - length, this.at);
      }
      case Tag.BigInt:
        return BigInt(this.text());
      case Tag.Date:
        return this.keep(new Date(this.float()));
      case Tag.RegExp: {
        const slot = this.reserve();
        return (this.seen[slot] = new RegExp(this.read() as string, this.read() as string));
      }
      case Tag.Array:
        return this.array();
      case Tag.Object:
        return this.fields(this.keep({}));
      case Tag.Map: {
        const map = this.keep(new Map<unknown, unknown>());
        for (let left = this.varint(); left > 0; left--) {
          const key = this.read();
          map.set(key, this.read());
        }
        return map;
      }
      case Tag.Set: {
        const set = this.keep(new Set<unknown>());
        for (let left = this.varint(); left > 0; left--) set.add(this.read());
        return set;
      }
      case Tag.Error:
        return this.error();
      case Tag.Reference:
        return this.seen[this.varint()];
      case Tag.ArrayBuffer: {
        const slot = this.reserve();
        const bytes = this.bytes();
        return (this.seen[slot] = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      }
      case Tag.View: {
        const slot = this.reserve();
        return (this.seen[slot] = this.view());
      }
      case Tag.Instance: {
        const registered = this.classes?.get(this.text());
        return this.fields(this.keep(registered ? (Object.create(registered.prototype as object) as object) : {}));
      }
      case Tag.Columns:
        return this.columns();
      case Tag.Packed: {
        const length = this.varint();
        const array = this.keep(new Array<unknown>(length));
        const { get } = this.column(length);
        for (let index = 0; index < length; index++) array[index] = get(index);
        return array;
      }
      case Tag.Extension: {
        const slot = this.reserve();
        const name = this.text();
        const payload = this.read();
        const extension = this.extensions?.named(name);
        if (!extension) throw new Error(`No codec called ${name} is loaded.`);
        return (this.seen[slot] = extension.decode(payload));
      }
      case Tag.Boxed: {
        const slot = this.reserve();
        return (this.seen[slot] = Object(this.read()));
      }
      default:
        throw new Error(`The stored value is damaged (tag ${tag} at byte ${this.at - 1}).`);
    }
  }

  /** Takes the next number for references; containers take theirs before their contents. */
  private keep<T>(value: T): T {
    this.seen.push(value);
    return value;
  }

  private reserve(): number {
    return this.seen.push(undefined) - 1;
  }

  private array(): unknown[] {
    const length = this.varint();
    const array = this.keep(new Array<unknown>(length));
    for (let index = 0; index < length; index++) {
      if (this.buffer[this.at] === Tag.Hole) this.at++;
      else array[index] = this.read();
    }
    return array;
  }

  private fields(target: object): object {
    const shape = this.varint();
    let names = this.shapes[shape];
    if (!names) {
      names = [];
      for (let left = this.varint(); left > 0; left--) names.push(this.read() as string);
      this.shapes.push(names);
    }
    for (const name of names) {
      const value = this.read();
      if (name === "__proto__") Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
      else (target as Record<string, unknown>)[name] = value;
    }
    return target;
  }

  private error(): unknown {
    const slot = this.reserve();
    const className = this.read() as string;
    const name = this.read() as string;
    const message = this.read() as string;
    const stack = this.read() as string;
    const registered = className ? this.classes?.get(className) : undefined;
    const error = new (errorClasses[name] ?? Error)(message);
    if (registered) Object.setPrototypeOf(error, registered.prototype as object);
    this.seen[slot] = error;
    if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
    Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
    const cause = this.read();
    if (cause !== undefined) Object.defineProperty(error, "cause", { value: cause, configurable: true, writable: true });
    return this.fields(error);
  }

  private view(): unknown {
    const kind = viewKinds[this.buffer[this.at++]!]!;
    const bytes = this.bytes();
    const { buffer, byteOffset, byteLength } = bytes;
    switch (kind) {
      case "Buffer":
        return Buffer.from(buffer, byteOffset, byteLength);
      case "DataView":
        return new DataView(buffer, byteOffset, byteLength);
      default: {
        const View = globalThis[kind];
        return new View(buffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT);
      }
    }
  }

  private columns(): unknown[] {
    const length = this.varint();
    const rows = this.keep(new Array<unknown>(length));
    const { names, columns } = this.head(length);
    const row = rowFactory(names);
    const read = columns.map(({ get }) => get);
    for (let index = 0; index < length; index++) rows[index] = row(index, read);
    return rows;
  }

  table(): DecodedColumns | undefined {
    if (this.buffer[this.at] !== Tag.Columns) return undefined;
    this.at++;
    const rowCount = this.varint();
    return { rowCount, ...this.head(rowCount) };
  }

  private head(length: number): { names: string[]; columns: DecodedColumn[] } {
    const names: string[] = [];
    for (let left = this.varint(); left > 0; left--) names.push(this.text());
    return { names, columns: names.map(() => this.column(length)) };
  }

  private column(length: number): DecodedColumn {
    const kind: Column = this.buffer[this.at++]!;
    if (kind === Column.Mixed) {
      const values = Array.from({ length }, () => this.read());
      return { kind, validity: undefined, get: (row) => values[row] };
    }
    const validity = this.buffer[this.at++] === 1 ? this.bytes() : undefined;
    const column = this.presentColumn(kind, length);
    if (!validity) return { kind, validity, ...column };
    const get = (row: number) => {
      const state: Validity = validity[row]!;
      return state === Validity.Present ? column.get(row) : state === Validity.Null ? null : undefined;
    };
    return { kind, validity, ...column, get };
  }

  private presentColumn(kind: Column, length: number): Omit<DecodedColumn, "kind" | "validity"> {
    switch (kind) {
      case Column.Int32: {
        const bytes = this.bytes();
        const data = new Int32Array(bytes.buffer, bytes.byteOffset, length);
        return { data, get: (row) => data[row] };
      }
      case Column.Float64: {
        const bytes = this.bytes();
        const data = new Float64Array(bytes.buffer, bytes.byteOffset, length);
        return { data, get: (row) => data[row] };
      }
      case Column.Date: {
        const bytes = this.bytes();
        const data = new Float64Array(bytes.buffer, bytes.byteOffset, length);
        return { data, get: (row) => new Date(data[row]!) };
      }
      case Column.Boolean: {
        const data = this.bytes();
        return { data, get: (row) => data[row] === 1 };
      }
      case Column.Dictionary: {
        const texts: string[] = [];
        for (let left = this.varint(); left > 0; left--) texts.push(this.text());
        const bytes = this.bytes();
        const Indexes = texts.length <= 256 ? Uint8Array : texts.length <= 65536 ? Uint16Array : Uint32Array;
        const data = new Indexes(bytes.buffer, bytes.byteOffset, length);
        return { data, texts, get: (row) => texts[data[row]!] };
      }
      case Column.Text: {
        const endBytes = this.bytes();
        const ends = new Uint32Array(endBytes.buffer, endBytes.byteOffset, length);
        const text = this.bytes();
        return { ends, text, get: (row) => text.toString("utf8", row === 0 ? 0 : ends[row - 1], ends[row]) };
      }
      default:
        throw new Error(`The stored value is damaged (column ${kind}).`);
    }
  }

  /** The next array buffer. Copied only when the bytes do not lie at a multiple of 8 in memory. */
  private bytes(): Buffer<ArrayBuffer> {
    const length = this.varint();
    if (length === 0) return Buffer.alloc(0);
    const start = this.bufferAt;
    if (start + length > this.buffer.length) throw new Error("The stored value is damaged (a buffer is cut short).");
    this.bufferAt = aligned(start + length);
    const view = this.buffer.subarray(start, start + length) as Buffer<ArrayBuffer>;
    if (view.byteOffset % 8 === 0) return view;
    const copy = Buffer.from(new ArrayBuffer(length));
    view.copy(copy);
    return copy;
  }

  private float(): number {
    this.at += 8;
    return this.buffer.readDoubleLE(this.at - 8);
  }

  private varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.buffer[this.at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  private text(): string {
    const length = this.varint();
    this.at += length;
    return this.buffer.toString("utf8", this.at - length, this.at);
  }
}
