/** Numbers to the digits that matter, with a thin space between thousands where they are whole. */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return minus(value.toLocaleString("en-US"));
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) return minus(value.toExponential(Math.max(0, digits - 2)).replace("e+", "e"));
  if (size >= 1000) return minus(value.toLocaleString("en-US", { maximumFractionDigits: size >= 1e5 ? 0 : 1 }));
  return minus(String(Number(value.toPrecision(digits))));
}

/** 512 B, 12 KB, 3.4 MB: powers of 1,000. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit]}`;
}

/** "1 task", "3 tasks". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

function minus(text: string): string {
  return text.replace(/^-/, "−");
}
