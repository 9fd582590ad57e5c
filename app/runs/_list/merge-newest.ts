/** Folds a fresh first page into the pages already loaded: new runs on top, known runs replaced, nothing moved. */
interface Row {
  readonly id: string;
}

export interface Page<R extends Row> {
  readonly rows: readonly R[];
}

export function mergeNewest<R extends Row, P extends Page<R>>(pages: readonly P[], newest: readonly R[]): P[] {
  const fresh = new Map(newest.map((row) => [row.id, row]));
  const known = new Set(pages.flatMap((page) => page.rows.map((row) => row.id)));
  const added = newest.filter((row) => !known.has(row.id));
  return pages.map((page, i) => {
    const rows = page.rows.map((row) => fresh.get(row.id) ?? row);
    return { ...page, rows: i === 0 ? [...added, ...rows] : rows };
  });
}
