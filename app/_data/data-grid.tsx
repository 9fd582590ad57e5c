"use client";
/**
 * A table to look at, of any length: only the rows and columns inside the window are drawn, and only their pages are asked
 * for. Sorted and filtered by whoever has the rows (table-reader.ts). By keyboard as a sheet: arrows, Page, Home, End, Shift
 * to select, Ctrl C to copy. Neighbours: use-table-pages.ts, use-columns.ts, column-menu.tsx.
 */
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, ChartNoAxesColumn, Copy, Eye, ListFilter } from "lucide-react";
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { TablePage, TableView } from "@/pipelines/protocol/table";
import { Button, IconButton } from "../_ui/button";
import { classNames } from "../_ui/class-names";
import { formatNumber, plural } from "../_ui/format-number";
import { ErrorNotice } from "../_ui/notice";
import { useToast } from "../_ui/toast";
import { exactText, shownText, toSeparated } from "./cell-text";
import { ColumnMenu } from "./column-menu";
import { ColumnSummary } from "./column-summary";
import styles from "./data-grid.module.css";
import { filterHint, parseFilter } from "./parse-filter";
import type { TableReader } from "./table-reader";
import { useColumns } from "./use-columns";
import { useTablePages } from "./use-table-pages";

const rowHeight = 26;
const nameHeight = 30;
const filterHeight = 30;
const summaryHeight = 60;
const placeWidth = 68;
/** Browsers lose count beyond some ten million pixels: longer tables are scrolled in proportion. */
const mostPixels = 12_000_000;
const mostCopied = 200_000;
const overscan = 4;

interface Spot {
  readonly row: number;
  /** Among the columns that are shown. */
  readonly at: number;
}

export interface DataGridProps {
  readonly reader: TableReader;
  readonly label: string;
  /** What is known of it before anybody asks. */
  readonly first?: TablePage | undefined;
  /** Said below: that these are not all rows, say. */
  readonly note?: string | undefined;
  /** Rows that are seen at once. */
  readonly rows?: number;
}

export function DataGrid({ reader, label, first, note, rows: mostShown = 14 }: DataGridProps) {
  const toast = useToast();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [sort, setSort] = useState<TableView["sort"]>([]);
  const [texts, setTexts] = useState<Readonly<Record<number, string>>>({});
  const [filtering, setFiltering] = useState(false);
  const [summing, setSumming] = useState(false);
  const [scrolled, setScrolled] = useState({ top: 0, left: 0 });
  const [size, setSize] = useState({ width: 800, height: mostShown * rowHeight });
  const [active, setActive] = useState<Spot>({ row: 0, at: 0 });
  const [anchor, setAnchor] = useState<Spot>();
  const [focused, setFocused] = useState(false);

  const [known, setKnown] = useState<TablePage["columns"]>(first?.columns ?? []);
  const typed = useDeferredValue(texts);
  const filters = useMemo(
    () =>
      Object.entries(typed).flatMap(([column, text]) => {
        const type = known[Number(column)]?.type ?? "string";
        return parseFilter(Number(column), type, text) ?? [];
      }),
    [typed, known],
  );
  const view = useMemo(() => ({ sort, filters }), [sort, filters]);

  const pageSize = Math.max(20, Math.min(200, Math.floor(20_000 / Math.max(1, known.length))));
  const [count, setCount] = useState(first?.matching ?? 0);
  const headHeight = nameHeight + (filtering ? filterHeight : 0) + (summing ? summaryHeight : 0);
  const body = Math.max(rowHeight, size.height - headHeight);
  const virtualHeight = count * rowHeight;
  const height = Math.min(virtualHeight, mostPixels);
  const ratio = height > body ? (virtualHeight - body) / (height - body) : 1;
  const virtualTop = Math.min(Math.max(0, scrolled.top * ratio), Math.max(0, virtualHeight - body));
  const firstRow = Math.max(0, Math.floor(virtualTop / rowHeight) - overscan);
  const lastRow = Math.min(count - 1, Math.ceil((virtualTop + body) / rowHeight) + overscan);
  const pages = useTablePages(reader, view, pageSize, firstRow, lastRow, first);
  // A filter that is refused leaves the rows that were there.
  const [kept, setKept] = useState(first);
  if (pages.head && pages.head !== kept) setKept(pages.head);
  const head = pages.head ?? kept;
  if (head && head.matching !== count) setCount(head.matching);
  if (head && head.columns.length !== known.length) setKnown(head.columns);
  const { columns, total, hidden, resize, hide, show } = useColumns(head);
  const shown = columns.filter(({ left, width }) => left + width > scrolled.left - 200 && left < scrolled.left + size.width + 200);
  const offset = shown[0]?.left ?? 0;

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [view]);

  const summaries = useQuery({
    queryKey: ["table", ...reader.key, "statistics", filters, shown.map(({ index }) => index)],
    queryFn: ({ signal }) =>
      reader.statistics(
        view,
        shown.slice(0, 50).map(({ index }) => index),
        signal,
      ),
    enabled: summing && shown.length > 0,
    staleTime: Infinity,
    retry: false,
    placeholderData: (before) => before,
  });

  const reveal = ({ row, at }: Spot) => {
    const element = scroller.current;
    const column = columns[at];
    if (!element || !column) return;
    const wanted = row * rowHeight;
    if (wanted < virtualTop) element.scrollTop = wanted / ratio;
    else if (wanted + rowHeight > virtualTop + body) element.scrollTop = (wanted + rowHeight - body) / ratio;
    const room = size.width - placeWidth;
    if (column.left < scrolled.left) element.scrollLeft = column.left;
    else if (column.left + column.width > scrolled.left + room) element.scrollLeft = column.left + column.width - room;
  };
  const go = (next: Spot, extend: boolean) => {
    const spot = { row: Math.max(0, Math.min(count - 1, next.row)), at: Math.max(0, Math.min(columns.length - 1, next.at)) };
    setAnchor(extend ? (anchor ?? active) : undefined);
    setActive(spot);
    reveal(spot);
  };
  const from = { row: Math.min(active.row, anchor?.row ?? active.row), at: Math.min(active.at, anchor?.at ?? active.at) };
  const to = { row: Math.max(active.row, anchor?.row ?? active.row), at: Math.max(active.at, anchor?.at ?? active.at) };

  const write = async (
    words: string,
    wanted: readonly { readonly index: number; readonly name: string }[],
    start: number,
    rows: number,
    names: boolean,
  ) => {
    const most = Math.max(1, Math.floor(mostCopied / Math.max(1, wanted.length)));
    const taken = Math.min(rows, most);
    try {
      const read: (readonly unknown[])[] = [];
      for (let at = 0; at < taken; at += 1000) read.push(...(await pages.read(start + at, Math.min(1000, taken - at))));
      const cells = read.map((row) => wanted.map(({ index }) => row[index] as never));
      await navigator.clipboard.writeText(toSeparated(names ? [wanted.map(({ name }) => name), ...cells] : cells));
      toast({ text: taken < rows ? `Copied the first ${formatNumber(taken)} of ${formatNumber(rows)} rows.` : `Copied ${words}.` });
    } catch (error) {
      toast({ text: `Not copied. ${(error as Error).message}`, failed: true });
    }
  };
  const copySelection = () => {
    const rows = to.row - from.row + 1;
    const wanted = columns.slice(from.at, to.at + 1);
    const words = rows === 1 && wanted.length === 1 ? "the cell" : plural(rows, "row");
    void write(words, wanted, from.row, rows, wanted.length > 1 && rows > 1);
  };

  const onKey = (event: KeyboardEvent) => {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    const mod = ctrlKey || metaKey;
    const page = Math.max(1, Math.floor(body / rowHeight) - 1);
    const moves: Readonly<Record<string, Spot>> = {
      ArrowDown: { row: mod ? count - 1 : active.row + 1, at: active.at },
      ArrowUp: { row: mod ? 0 : active.row - 1, at: active.at },
      ArrowRight: { row: active.row, at: mod ? columns.length - 1 : active.at + 1 },
      ArrowLeft: { row: active.row, at: mod ? 0 : active.at - 1 },
      PageDown: { row: active.row + page, at: active.at },
      PageUp: { row: active.row - page, at: active.at },
      Home: { row: mod ? 0 : active.row, at: 0 },
      End: { row: mod ? count - 1 : active.row, at: columns.length - 1 },
    };
    const move = moves[key];
    if (move) go(move, shiftKey);
    else if (mod && key === "c") copySelection();
    else if (mod && key === "a") {
      setAnchor({ row: 0, at: 0 });
      setActive({ row: count - 1, at: columns.length - 1 });
    } else if (key === "Escape" && anchor) setAnchor(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const sortBy = (column: number, more: boolean) => {
    const now = sort.find((each) => each.column === column);
    const rest = more ? sort.filter((each) => each.column !== column) : [];
    setSort(!now ? [...rest, { column, down: false }].slice(-3) : now.down ? rest : [...rest, { column, down: true }]);
  };

  if (pages.error && !head) return <ErrorNotice doing={`show ${label} as a table`} error={pages.error} onRetry={pages.retry} />;
  const shownRows = Math.min(mostShown, Math.max(1, first ? first.matching : (head?.rowCount ?? mostShown)));
  const activeColumn = columns[active.at];
  const activeCell = activeColumn && pages.row(active.row)?.cells[activeColumn.index];
  const isAsked = Object.values(texts).some((text) => text.trim() !== "");

  return (
    <div className={styles.viewer} data-busy={pages.busy || undefined}>
      <div
        ref={scroller}
        className={styles.scroll}
        style={{ height: headHeight + shownRows * rowHeight + 14, contain: "strict" }}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={count + 1}
        aria-colcount={columns.length}
        aria-multiselectable
        aria-busy={pages.busy}
        aria-activedescendant={focused ? `${id}-${active.row}-${active.at}` : undefined}
        onScroll={({ currentTarget }) => setScrolled({ top: currentTarget.scrollTop, left: currentTarget.scrollLeft })}
        onKeyDown={(event) => event.target === event.currentTarget && onKey(event)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        <div className={styles.all} style={{ width: total + placeWidth, height: height + headHeight }}>
          <div className={styles.head} role="row" aria-rowindex={1} style={{ height: headHeight, width: total + placeWidth }}>
            <span className={styles.corner} style={{ width: placeWidth }} role="presentation" />
            <span role="presentation" style={{ width: offset, flex: "none" }} />
            {shown.map((column) => {
              const { index, name, type, width } = column;
              const sorted = sort.find((each) => each.column === index);
              return (
                <div
                  key={index}
                  role="columnheader"
                  aria-colindex={columns.indexOf(column) + 1}
                  aria-sort={sorted ? (sorted.down ? "descending" : "ascending") : "none"}
                  className={styles.column}
                  style={{ width }}
                >
                  <div className={styles.name} style={{ height: nameHeight }}>
                    <button
                      type="button"
                      tabIndex={-1}
                      className={classNames(styles.sort, type === "number" && styles.numeric)}
                      title={`${name}: ${type}. Click to sort, Shift click to sort by it as well.`}
                      onClick={(event) => sortBy(index, event.shiftKey)}
                    >
                      <span>{name}</span>
                      {sorted && (sorted.down ? <ArrowDown size={12} /> : <ArrowUp size={12} />)}
                      {sorted && sort.length > 1 && <small>{sort.indexOf(sorted) + 1}</small>}
                    </button>
                    <ColumnMenu
                      {...{ reader, view, column: index, name, type }}
                      onSort={(wanted) => setSort(wanted ? [wanted] : sort.filter((each) => each.column !== index))}
                      onHide={() => hide(index)}
                      onCopy={() => void write(plural(count, "row"), [column], 0, count, true)}
                      onFilter={(text) => {
                        setFiltering(true);
                        setTexts((now) => ({ ...now, [index]: text }));
                      }}
                    />
                    <ResizeHandle name={name} width={width} onResize={(next) => resize(index, next)} />
                  </div>
                  {filtering && (
                    <input
                      className={styles.filter}
                      style={{ height: filterHeight - 6 }}
                      aria-label={`Filter ${name}`}
                      placeholder={filterHint(type)}
                      value={texts[index] ?? ""}
                      onChange={(event) => setTexts((now) => ({ ...now, [index]: event.target.value }))}
                    />
                  )}
                  {summing && (
                    <div style={{ height: summaryHeight }}>
                      {summaries.data?.columns
                        .filter((each) => each.column === index)
                        .map((each) => (
                          <ColumnSummary key={index} name={name} type={type} statistics={each} />
                        ))}
                    </div>
                  )}
                </div>
              );
            })}
          </div>
          <div
            className={styles.rows}
            role="rowgroup"
            style={{ transform: `translateY(${scrolled.top - (virtualTop - firstRow * rowHeight)}px)`, top: headHeight }}
            data-old={pages.head === undefined || undefined}
          >
            {Array.from({ length: Math.max(0, lastRow - firstRow + 1) }, (_, step) => {
              const row = firstRow + step;
              const found = pages.row(row);
              return (
                <div key={row} role="row" aria-rowindex={row + 2} className={styles.row} style={{ height: rowHeight }}>
                  <span role="rowheader" className={styles.place} style={{ width: placeWidth }}>
                    {found ? formatNumber(found.place) : ""}
                  </span>
                  <span role="presentation" style={{ width: offset, flex: "none" }} />
                  {shown.map((column) => {
                    const at = columns.indexOf(column);
                    const isSelected = anchor !== undefined && row >= from.row && row <= to.row && at >= from.at && at <= to.at;
                    const cell = found?.cells[column.index];
                    return (
                      <span
                        key={column.index}
                        id={`${id}-${row}-${at}`}
                        role="gridcell"
                        aria-colindex={at + 1}
                        aria-selected={isSelected || undefined}
                        data-active={(focused && row === active.row && at === active.at) || undefined}
                        className={classNames(
                          styles.cell,
                          column.type === "number" && styles.numeric,
                          found && (cell === null || cell === undefined) && styles.missing,
                        )}
                        style={{ width: column.width }}
                        onPointerDown={(event) => {
                          if (event.button !== 0) return;
                          go({ row, at }, event.shiftKey);
                        }}
                        onPointerEnter={(event) => {
                          if (event.buttons === 1 && focused) {
                            setAnchor(anchor ?? active);
                            setActive({ row, at });
                          }
                        }}
                      >
                        {found ? shownText(cell, column.type).slice(0, 300) : <i className={styles.waiting} />}
                      </span>
                    );
                  })}
                </div>
              );
            })}
          </div>
        </div>
        {head && count === 0 && <p className={styles.none}>{isAsked ? "No row passes these filters." : "The table has no rows."}</p>}
      </div>
      <div className={styles.foot}>
        <span role="status">
          {head && (
            <>
              {head.matching < head.rowCount
                ? `${formatNumber(head.matching)} of ${plural(head.rowCount, "row")}`
                : plural(head.rowCount, "row")}{" "}
              × {head.columns.length}
              {note !== undefined && ` · ${note}`}
            </>
          )}
          {pages.error && head && <span className={styles.fault}> · {pages.error.message}</span>}
        </span>
        {focused && activeColumn && (
          <span className={styles.exact} title={exactText(activeCell)}>
            {activeColumn.name}: {exactText(activeCell).slice(0, 500)}
          </span>
        )}
        <span className={styles.tools}>
          {hidden.length > 0 && (
            <Button
              small
              look="quiet"
              onClick={() => show(hidden.map(({ index }) => index))}
              title={hidden.map(({ name }) => name).join(", ")}
            >
              <Eye size={14} /> Show {hidden.length} hidden
            </Button>
          )}
          <IconButton
            small
            label="Filter rows"
            aria-pressed={filtering}
            onClick={() => {
              if (filtering) setTexts({});
              setFiltering(!filtering);
            }}
          >
            <ListFilter size={14} />
          </IconButton>
          <IconButton small label="Statistics of columns" aria-pressed={summing} onClick={() => setSumming(!summing)}>
            <ChartNoAxesColumn size={14} />
          </IconButton>
          <IconButton
            small
            label="Copy rows"
            onClick={() => void write(plural(count, "row"), columns, anchor ? from.row : 0, anchor ? to.row - from.row + 1 : count, true)}
          >
            <Copy size={14} />
          </IconButton>
        </span>
      </div>
    </div>
  );
}

function ResizeHandle({
  name,
  width,
  onResize,
}: {
  readonly name: string;
  readonly width: number;
  readonly onResize: (width: number) => void;
}) {
  const begin = useRef<{ x: number; width: number }>(undefined);
  const move = (event: PointerEvent) => begin.current && onResize(begin.current.width + event.clientX - begin.current.x);
  return (
    <span
      className={styles.handle}
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${name}`}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        begin.current = { x: event.clientX, width };
      }}
      onPointerMove={move}
      onPointerUp={() => (begin.current = undefined)}
      onLostPointerCapture={() => (begin.current = undefined)}
    />
  );
}
