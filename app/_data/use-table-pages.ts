"use client";
/** Pages of a table as they come into the window. What was seen stays; what was scrolled past is not asked for. */
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { TableCell, TablePage, TableView } from "@/pipelines/protocol/table";
import type { TableReader } from "./table-reader";

/** While somebody scrolls on, nothing is asked: what stands still for so long is. */
const settleMs = 60;

export interface TablePages {
  /** Of the table as it is shown now; of the one before it while that is coming. */
  readonly head: TablePage | undefined;
  readonly busy: boolean;
  readonly error: Error | null;
  retry(): void;
  row(index: number): { readonly cells: readonly TableCell[]; readonly place: number } | undefined;
  /** Rows as they are, from the server where they are not here. */
  read(from: number, count: number): Promise<readonly (readonly TableCell[])[]>;
}

export function useTablePages(
  reader: TableReader,
  view: TableView,
  size: number,
  first: number,
  last: number,
  known?: TablePage,
): TablePages {
  const options = (page: number) => ({
    queryKey: ["table", ...reader.key, "page", view, size, page],
    queryFn: ({ signal }: { signal: AbortSignal }) => reader.page(view, page * size, size, signal),
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });
  const isPlain = view.sort.length === 0 && view.filters.length === 0;
  const begin = known && isPlain && (known.rows.length >= size || known.rows.length === known.rowCount) ? known : undefined;
  const head = useQuery({
    ...options(0),
    placeholderData: keepPreviousData,
    ...(begin && { initialData: { ...begin, rows: begin.rows.slice(0, size), places: begin.places.slice(0, size) } }),
  });
  const [from, to] = useSettled(Math.floor(first / size), Math.floor(Math.max(first, last) / size));
  const wanted = Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((page) => page > 0);
  const others = useQueries({ queries: wanted.map(options) });
  const pages = new Map<number, TablePage>();
  if (head.data) pages.set(0, head.data);
  others.forEach(({ data }, index) => data && pages.set(wanted[index]!, data));
  const row = (index: number) => {
    const page = pages.get(Math.floor(index / size));
    const cells = page?.rows[index % size];
    return cells && { cells, place: page!.places[index % size]! };
  };
  return {
    head: head.data,
    busy: head.isPlaceholderData || head.isPending || others.some(({ isPending }) => isPending),
    error: head.error ?? others.find(({ error }) => error)?.error ?? null,
    retry: () => void Promise.all([head.refetch(), ...others.map(({ refetch }) => refetch())]),
    row,
    read: async (start, count) => {
      const here = Array.from({ length: Math.min(count, 2 * size) }, (_, step) => row(start + step)?.cells);
      // What one sees needs nobody to be asked, who may be busy with statistics.
      if (here.length === count && here.every((cells) => cells !== undefined)) return here;
      return (await reader.page(view, start, count)).rows;
    },
  };
}

function useSettled(from: number, to: number): readonly [number, number] {
  const key = `${from} ${to}`;
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    if (key === settled) return;
    const timer = setTimeout(() => setSettled(key), settleMs);
    return () => clearTimeout(timer);
  }, [key, settled]);
  return useMemo(() => settled.split(" ").map(Number) as [number, number], [settled]);
}
