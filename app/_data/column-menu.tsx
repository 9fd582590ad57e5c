"use client";
/** A column's statistics, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Copy, EllipsisVertical, EyeOff, X } from "lucide-react";
import { useState } from "react";
import type { TableColumnType, TableSort, TableView } from "@/pipelines/protocol/table";
import { Button, IconButton } from "../_ui/button";
import { formatNumber } from "../_ui/format-number";
import { Skeleton } from "../_ui/notice";
import { Popover } from "../_ui/popover";
import { Histogram, value } from "./column-summary";
import styles from "./data-grid.module.css";
import type { TableReader } from "./table-reader";

export interface ColumnMenuProps {
  readonly reader: TableReader;
  readonly view: TableView;
  readonly column: number;
  readonly name: string;
  readonly type: TableColumnType;
  readonly onSort: (sort: TableSort | undefined) => void;
  readonly onHide: () => void;
  readonly onCopy: () => void;
  readonly onFilter: (text: string) => void;
}

export function ColumnMenu(props: ColumnMenuProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={
        <IconButton small label={`About ${props.name}`} tabIndex={-1} className={styles.menu}>
          <EllipsisVertical size={14} />
        </IconButton>
      }
    >
      <ColumnCard {...props} close={() => setOpen(false)} />
    </Popover>
  );
}

function ColumnCard({
  reader,
  view,
  column,
  name,
  type,
  onSort,
  onHide,
  onCopy,
  onFilter,
  close,
}: ColumnMenuProps & { readonly close: () => void }) {
  const found = useQuery({
    queryKey: ["table", ...reader.key, "statistics", view.filters, [column]],
    queryFn: ({ signal }) => reader.statistics(view, [column], signal),
    staleTime: Infinity,
    retry: false,
  });
  const seen = found.data?.columns[0];
  const sorted = view.sort.find((each) => each.column === column);
  const act = (action: () => void) => () => {
    action();
    close();
  };
  const figures: readonly (readonly [string, string | undefined])[] = seen
    ? [
        ["Rows", formatNumber(seen.count)],
        ["Missing", formatNumber(seen.missing)],
        ["Distinct", formatNumber(seen.distinct)],
        ["Smallest", seen.min === undefined ? undefined : value(type, seen.min)],
        ["Median", seen.median === undefined ? undefined : value(type, seen.median)],
        ["Mean", seen.mean === undefined ? undefined : value(type, seen.mean)],
        ["Largest", seen.max === undefined ? undefined : value(type, seen.max)],
      ]
    : [];
  return (
    <div className={styles.card}>
      <strong>{name}</strong> <span className={styles.quiet}>{type}</span>
      {found.error ? (
        <p role="alert">{found.error.message}</p>
      ) : !seen ? (
        <Skeleton height={96} />
      ) : (
        <>
          {seen.histogram && <Histogram bars={seen.histogram} label={`How the values of ${name} are spread`} />}
          <dl className={styles.figures}>
            {figures.map(([word, text]) => text !== undefined && [<dt key={word}>{word}</dt>, <dd key={`${word}-`}>{text}</dd>])}
          </dl>
          {seen.top && seen.top.length > 0 && (
            <ul className={styles.top} aria-label="Most frequent">
              {seen.top.map(([text, times]) => (
                <li key={text}>
                  <span style={{ width: `${(times / Math.max(1, seen.count)) * 100}%` }} />
                  <button type="button" title="Show only these rows" onClick={act(() => onFilter(`=${text}`))}>
                    {text === "" ? "(empty)" : text}
                  </button>
                  <em>{formatNumber(times)}</em>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      <div className={styles.actions}>
        <Button small look="quiet" onClick={act(() => onSort({ column, down: false }))}>
          <ArrowUp size={14} /> Ascending
        </Button>
        <Button small look="quiet" onClick={act(() => onSort({ column, down: true }))}>
          <ArrowDown size={14} /> Descending
        </Button>
        {sorted && (
          <Button small look="quiet" onClick={act(() => onSort(undefined))}>
            <X size={14} /> Unsorted
          </Button>
        )}
        <Button small look="quiet" onClick={act(onCopy)}>
          <Copy size={14} /> Copy column
        </Button>
        <Button small look="quiet" onClick={act(onHide)}>
          <EyeOff size={14} /> Hide
        </Button>
      </div>
    </div>
  );
}
