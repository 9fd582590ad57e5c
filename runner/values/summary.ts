/** One line for people: `Object[] · 392 rows × 9`, `Float32Array(25,000,000)`, `number · 2.31`. */
const grouped = new Intl.NumberFormat("en-US");

export function summarize(value: unknown): string {
  const text = describe(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

function describe(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "number":
      return `number · ${shortNumber(value)}`;
    case "boolean":
      return `boolean · ${value}`;
    case "bigint":
      return `bigint · ${value}`;
    case "string":
      return value.length <= 60 ? `string · ${JSON.stringify(value)}` : `string · ${grouped.format(value.length)} characters`;
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return typeof value;
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return describeArray(value);
  if (Buffer.isBuffer(value)) return `Buffer(${grouped.format(value.length)})`;
  if (ArrayBuffer.isView(value)) {
    const length = value instanceof DataView ? value.byteLength : (value as Uint8Array).length;
    return `${value.constructor.name}(${grouped.format(length)})`;
  }
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${grouped.format(value.byteLength)})`;
  if (value instanceof Map) return `Map · ${plural(value.size, "entry", "entries")}`;
  if (value instanceof Set) return `Set · ${plural(value.size, "element")}`;
  if (value instanceof Date) return `Date · ${Number.isNaN(value.getTime()) ? "invalid" : value.toISOString()}`;
  if (value instanceof RegExp) return `RegExp · ${value}`;
  if (value instanceof Error) return `${value.name} · ${value.message}`;
  const shaped = value as { numRows?: unknown; numCols?: unknown; shape?: unknown; dtype?: unknown };
  if (typeof shaped.numRows === "number" && typeof shaped.numCols === "number") {
    return `Table · ${plural(shaped.numRows, "row")} × ${shaped.numCols}`;
  }
  if (Array.isArray(shaped.shape) && typeof shaped.dtype === "string") return `Array(${shaped.shape.join("×")}) · ${shaped.dtype}`;
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor?.name;
  const keys = Object.keys(value);
  const inside = keys.length === 0 ? "empty" : keys.length <= 5 ? keys.join(", ") : plural(keys.length, "field");
  return `${name ?? "Object"} · ${inside}`;
}

function describeArray(value: readonly unknown[]): string {
  if (value.length === 0) return "Array · empty";
  const first = value[0];
  if (typeof first === "object" && first !== null && !Array.isArray(first) && !ArrayBuffer.isView(first)) {
    const name = (Object.getPrototypeOf(first) as { constructor?: { name?: string } } | null)?.constructor?.name ?? "Object";
    return `${name}[] · ${plural(value.length, "row")} × ${Object.keys(first).length}`;
  }
  if (Array.isArray(first)) return `Array(${grouped.format(value.length)}×${grouped.format(first.length)})`;
  const kind = first === null || typeof first === "object" ? "Array" : `${typeof first}[]`;
  return `${kind} · ${plural(value.length, "element")}`;
}

export function shortNumber(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped.format(count)} ${count === 1 ? one : many}`;
}
