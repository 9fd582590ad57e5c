/** Which runs are ticked. With shift, everything from the last tick to this one follows it. */
export function selectRuns(
  selected: ReadonlySet<string>,
  order: readonly string[],
  id: string,
  on: boolean,
  from: string | undefined,
): Set<string> {
  const next = new Set(selected);
  const to = order.indexOf(id);
  const start = from === undefined ? -1 : order.indexOf(from);
  const range = start < 0 || to < 0 ? [id] : order.slice(Math.min(start, to), Math.max(start, to) + 1);
  for (const one of range) {
    if (on) next.add(one);
    else next.delete(one);
  }
  return next;
}
