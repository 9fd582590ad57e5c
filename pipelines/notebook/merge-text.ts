/**
 * How one text becomes another, and how two changes of one text become both. Lines first, then what differs at the ends of
 * a changed stretch, so that a change touches no letter that stays.
 */

/** At `at` of the text as it was, `remove` letters go and `insert` comes. In order, and apart from each other. */
export interface Splice {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** Lines of the middle that are compared with each other at most; beyond it the middle is one change. */
const mostPairs = 4_000_000;

export function diffText(before: string, after: string): readonly Splice[] {
  if (before === after) return [];
  const outer = trimEnds(before, after, 0);
  const from = before.slice(outer.at, outer.at + outer.remove);
  if (!from.includes("\n") || !outer.insert.includes("\n")) return [outer];
  return diffLines(from, outer.insert).map((splice) => ({ ...splice, at: splice.at + outer.at }));
}

export function applySplices(text: string, splices: readonly Splice[]): string {
  let result = "";
  let at = 0;
  for (const splice of splices) {
    result += text.slice(at, splice.at) + splice.insert;
    at = splice.at + splice.remove;
  }
  return result + text.slice(at);
}

/** What `mine` changed of `base`, done to `theirs`: letters that both took away go once, what either wrote stays. */
export function mergeText(base: string, mine: string, theirs: string): string {
  if (mine === base || mine === theirs) return theirs;
  if (theirs === base) return mine;
  return applySplices(theirs, rebaseSplices(base.length, diffText(base, mine), diffText(base, theirs)));
}

/**
 * `mine`, as it has to be done after `theirs` was; both change a text of `length` letters. Where both write at one place,
 * theirs comes first.
 */
export function rebaseSplices(length: number, mine: readonly Splice[], theirs: readonly Splice[]): readonly Splice[] {
  const kept = keptStretches(length, theirs);
  const end = kept.at(-1)!;
  return mine.flatMap(({ at, remove, insert }) => {
    const touched = kept.filter(({ from, to }) => to > at && from < at + remove);
    const next = kept.find(({ to }) => to > at) ?? end;
    const place = next === end ? end.now : next.now + Math.max(0, at - next.from);
    const removals = touched.map(({ from, to, now }) => {
      const first = Math.max(from, at);
      return { at: now + first - from, remove: Math.min(to, at + remove) - first, insert: "" };
    });
    const [head, ...rest] = removals;
    if (!head) return insert === "" ? [] : [{ at: place, remove: 0, insert }];
    return [{ ...head, insert }, ...rest];
  });
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Where it begins now. */
  readonly now: number;
}

/** What of a text is left, and where; the last one is its end. */
function keptStretches(length: number, splices: readonly Splice[]): readonly Stretch[] {
  const kept: Stretch[] = [];
  let from = 0;
  let now = 0;
  for (const { at, remove, insert } of splices) {
    if (at > from) kept.push({ from, to: at, now });
    now += at - from + insert.length;
    from = at + remove;
  }
  if (length > from) kept.push({ from, to: length, now });
  kept.push({ from: length, to: length, now: now + length - from });
  return kept;
}

function trimEnds(before: string, after: string, offset: number): Splice {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  // A letter of two halves is never cut in two.
  if (start > 0 && isHigh(before, start - 1)) start--;
  if (end > 0 && isLow(before, before.length - end)) end--;
  return { at: offset + start, remove: before.length - end - start, insert: after.slice(start, after.length - end) };
}

function isHigh(text: string, at: number): boolean {
  return /[\uD800-\uDBFF]/.test(text[at] ?? "");
}

function isLow(text: string, at: number): boolean {
  return /[\uDC00-\uDFFF]/.test(text[at] ?? "");
}

function diffLines(before: string, after: string): readonly Splice[] {
  const a = before.split(/(?<=\n)/);
  const b = after.split(/(?<=\n)/);
  if (a.length * b.length > mostPairs) return [{ at: 0, remove: before.length, insert: after }];
  const kept = commonLines(a, b);
  const splices: Splice[] = [];
  let at = 0;
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...kept, [a.length, b.length] as const]) {
    const from = a.slice(i, nextI).join("");
    const to = b.slice(j, nextJ).join("");
    if (from !== to) splices.push(trimEnds(from, to, at));
    at += from.length + (a[nextI]?.length ?? 0);
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return splices;
}

/** The longest common subsequence, as pairs of places. */
function commonLines(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j] ? lengths[(i + 1) * width + j + 1]! + 1 : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}
