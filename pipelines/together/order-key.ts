/**
 * Where a cell stands: a fraction, written as digits, so that a place can be found between any two. Moving a cell is
 * writing one key; two people who move one cell at once leave it in one of their places, never in both.
 */
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const base = digits.length;

/** A key after `low` and before `high`; undefined is the beginning, or the end. `low` must come before `high`. */
export function keyBetween(low: string | undefined, high: string | undefined): string {
  let key = "";
  for (let at = 0, bounded = high !== undefined; ; at++) {
    const a = digitAt(low, at);
    const b = bounded ? digitAt(high, at) : base;
    if (b - a > 1) {
      // At the end a little more is enough: notebooks grow there.
      const digit = bounded || a >= base - 2 ? (a + b) >> 1 : a + 1;
      return key + digits[digit]!;
    }
    key += digits[a]!;
    if (b > a) bounded = false;
  }
}

/** Keys for so many cells in a row, all alike in length. */
export function keysInRow(count: number): readonly string[] {
  let width = 1;
  while (base ** width < (count + 1) * 2) width++;
  const step = Math.floor(base ** width / (count + 1));
  return Array.from({ length: count }, (_, index) => {
    let rest = (index + 1) * step;
    let key = "";
    for (let place = 0; place < width; place++) {
      key = digits[rest % base]! + key;
      rest = Math.floor(rest / base);
    }
    // A key never ends with the lowest digit: nothing would fit before it.
    return key + digits[base >> 1]!;
  });
}

function digitAt(key: string | undefined, at: number): number {
  return key === undefined || at >= key.length ? 0 : Math.max(0, digits.indexOf(key[at]!));
}
