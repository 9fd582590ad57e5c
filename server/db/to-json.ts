/** JSON that PostgreSQL takes: it knows neither NUL nor half of a surrogate pair. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  if (!text.includes("\\u0000") && !text.includes("\\ud")) return text;
  // What JSON.stringify escapes as \\ud… stands alone: whole pairs are written as they are.
  return text
    .replace(/((?:^|[^\\])(?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, "$1\\ufffd")
    .replace(/((?:^|[^\\])(?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, "$1\\ufffd");
}

/** Text that PostgreSQL takes. */
export function toText(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text;
}
