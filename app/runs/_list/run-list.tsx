"use client";
/**
 * All runs of the workspace, newest first. Filters, ticks and the choice to compare live in the address.
 * Neighbours: use-run-pages.ts (data), prepare-columns.ts (which columns), run-list-row.tsx (one line).
 */
import { useQuery } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useRouter } from "next/navigation";
import { useEffect, useMemo, useRef, useState } from "react";
import { runStatuses, triggers, type RunStatus } from "@/pipelines/run/run";
import { useAddress } from "../../_charts/use-address";
import { useWidth } from "../../_charts/use-width";
import { PageBar } from "../../_frame/page-bar";
import { useTRPC } from "../../_trpc/client";
import { Button, LinkButton } from "../../_ui/button";
import { Select } from "../../_ui/field";
import { EmptyState, ErrorNotice, Skeleton } from "../../_ui/notice";
import { stateWords } from "../../_ui/state-words";
import { triggerWords } from "../trigger-words";
import { extraColumnWidth, prepareColumns } from "./prepare-columns";
import styles from "./run-list.module.css";
import { RunListRow } from "./run-list-row";
import { selectRuns } from "./select-runs";
import { useRunPages } from "./use-run-pages";

const narrow = 700;
const fixedWidth = 740;

export function RunList() {
  const trpc = useTRPC();
  const router = useRouter();
  const address = useAddress();
  const status = runStatuses.find((one) => one === address.get("status"));
  const notebookId = address.get("notebook");
  const trigger = triggers.find((one) => one === address.get("trigger"));
  const pinned = address.get("pinned") !== undefined;
  const { list, rows } = useRunPages({
    ...(status && { status }),
    ...(notebookId && { notebookId }),
    ...(trigger && { trigger }),
    ...(pinned && { pinned }),
  });
  const notebooks = useQuery(trpc.notebook.list.queryOptions());
  const [measure, width] = useWidth();
  const selected = useMemo(() => new Set((address.get("select") ?? "").split(",").filter(Boolean)), [address]);
  const lastTick = useRef<string>(undefined);
  // Columns come from the first page, so that scrolling does not move them.
  const firstRows = useMemo(() => list.data?.pages[0]?.rows ?? [], [list.data]);
  const columns = useMemo(() => prepareColumns(firstRows, width - fixedWidth), [firstRows, width]);
  const small = width > 0 && width < narrow;

  const tick = (id: string, on: boolean, range: boolean) => {
    const next = selectRuns(
      selected,
      rows.map((row) => row.id),
      id,
      on,
      range ? lastTick.current : undefined,
    );
    lastTick.current = id;
    address.set({ select: [...next].join(",") });
  };

  const [listElement, setListElement] = useState<HTMLDivElement | null>(null);
  const virtualizer = useWindowVirtualizer({
    count: rows.length + (list.hasNextPage ? 1 : 0),
    estimateSize: () => (small ? 64 : 40),
    overscan: 12,
    scrollMargin: listElement?.offsetTop ?? 0,
    getItemKey: (index) => rows[index]?.id ?? "more",
  });
  useEffect(() => {
    virtualizer.measure();
  }, [small, virtualizer]);
  const items = virtualizer.getVirtualItems();
  const reached = (items.at(-1)?.index ?? -1) >= rows.length - 20;
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  useEffect(() => {
    if (reached && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [reached, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  const ids = [...selected];
  const filtered = status !== undefined || notebookId !== undefined || trigger !== undefined || pinned;
  const template = small
    ? "28px minmax(0, 1fr) auto"
    : `28px 104px 64px minmax(120px, 1fr) 132px 108px 84px ${`${extraColumnWidth - 16}px `.repeat(columns.metrics.length + columns.params.length)}`;

  return (
    <div className={styles.page} ref={measure}>
      <PageBar
        title="Runs"
        actions={
          <>
            {ids.length > 0 && (
              <Button look="quiet" onClick={() => address.set({ select: undefined })}>
                Clear
              </Button>
            )}
            <Button
              look="primary"
              disabled={ids.length < 2 || ids.length > 20}
              title={
                ids.length < 2 ? "Tick two runs or more to compare them" : ids.length > 20 ? "Up to 20 runs can be compared" : undefined
              }
              onClick={() => router.push(`/compare?runs=${oldestFirst(ids, rows).join(",")}`)}
            >
              {ids.length > 20 ? "Compare at most 20" : ids.length < 2 ? "Compare" : `Compare ${ids.length} runs`}
            </Button>
          </>
        }
      />
      <div className={styles.filters} role="search">
        <label>
          <span className="sr-only">State</span>
          <Select
            value={status ?? ""}
            onChange={(event) => address.set({ status: event.target.value as RunStatus | "", select: undefined }, "push")}
          >
            <option value="">Any state</option>
            {runStatuses.map((one) => (
              <option key={one} value={one}>
                {stateWords[one]}
              </option>
            ))}
          </Select>
        </label>
        <label>
          <span className="sr-only">Notebook</span>
          <Select value={notebookId ?? ""} onChange={(event) => address.set({ notebook: event.target.value, select: undefined }, "push")}>
            <option value="">All notebooks</option>
            {notebooks.data?.map((notebook) => (
              <option key={notebook.id} value={notebook.id}>
                {notebook.title}
              </option>
            ))}
          </Select>
        </label>
        <label>
          <span className="sr-only">Started by</span>
          <Select value={trigger ?? ""} onChange={(event) => address.set({ trigger: event.target.value, select: undefined }, "push")}>
            <option value="">Started by anything</option>
            {triggers.map((one) => (
              <option key={one} value={one}>
                {triggerWords[one]}
              </option>
            ))}
          </Select>
        </label>
        <label>
          <span className="sr-only">Kept</span>
          <Select value={pinned ? "1" : ""} onChange={(event) => address.set({ pinned: event.target.value, select: undefined }, "push")}>
            <option value="">Pinned or not</option>
            <option value="1">Pinned</option>
          </Select>
        </label>
        {notebookId !== undefined && (
          <LinkButton look="quiet" href={`/notebooks/${notebookId}/runs`}>
            As a grid
          </LinkButton>
        )}
        {ids.length > 0 && (
          <span className={styles.quiet} role="status">
            {ids.length} ticked
          </span>
        )}
      </div>
      {list.error && rows.length === 0 && (
        <div className={styles.pad}>
          <ErrorNotice doing="load the runs" error={list.error} onRetry={() => void list.refetch()} />
        </div>
      )}
      {list.isSuccess && rows.length === 0 ? (
        filtered ? (
          <EmptyState
            title="No such run"
            actions={
              <Button
                onClick={() => address.set({ status: undefined, notebook: undefined, trigger: undefined, pinned: undefined }, "push")}
              >
                Show all runs
              </Button>
            }
          >
            No run of this workspace is{" "}
            {[status && stateWords[status].toLowerCase(), pinned && "pinned", !status && !pinned && "of this notebook"]
              .filter(Boolean)
              .join(" and ")}
            {(status ?? pinned) && notebookId ? " in this notebook" : ""}
            {trigger ? ` with the start “${triggerWords[trigger]}”` : ""}.
          </EmptyState>
        ) : (
          <EmptyState
            title="Nothing has run yet"
            actions={
              <LinkButton look="primary" href="/notebooks">
                Open a notebook
              </LinkButton>
            }
          >
            Each time a notebook runs, a line appears here with its state, its parameters and what came out. Tick a few to compare them.
          </EmptyState>
        )
      ) : (
        !(list.error && rows.length === 0) && (
          <div
            className={styles.table}
            role="table"
            aria-label="Runs"
            aria-rowcount={hasNextPage ? -1 : rows.length + 1}
            style={{ "--columns": template } as React.CSSProperties}
          >
            <div role="rowgroup" className={styles.headGroup}>
              <div className={styles.head} role="row" hidden={small}>
                <span role="columnheader" />
                <span role="columnheader">State</span>
                <span role="columnheader">Run</span>
                <span role="columnheader">Notebook</span>
                <span role="columnheader">Started by</span>
                <span role="columnheader">Started</span>
                <span role="columnheader" className={styles.number}>
                  Took
                </span>
                {[...columns.metrics, ...columns.params].map((name, i) => (
                  <span
                    key={name}
                    role="columnheader"
                    className={styles.number}
                    title={i < columns.metrics.length ? `Headline value ${name}` : `Parameter ${name}`}
                  >
                    {name}
                  </span>
                ))}
              </div>
            </div>
            {list.isPending ? (
              <LoadingRows />
            ) : (
              <div ref={setListElement} role="rowgroup" style={{ position: "relative", height: virtualizer.getTotalSize() }}>
                {items.map((item) => {
                  const row = rows[item.index];
                  const top = item.start - virtualizer.options.scrollMargin;
                  return row ? (
                    <RunListRow
                      key={row.id}
                      row={row}
                      index={item.index}
                      top={top}
                      height={item.size}
                      small={small}
                      columns={columns}
                      ticked={selected.has(row.id)}
                      onTick={tick}
                    />
                  ) : (
                    <div key="more" className={styles.more} style={{ top, height: item.size }}>
                      {isFetchNextPageError ? (
                        <Button small onClick={() => void fetchNextPage()}>
                          Could not load more. Try again
                        </Button>
                      ) : (
                        "Loading more"
                      )}
                    </div>
                  );
                })}
              </div>
            )}
          </div>
        )
      )}
    </div>
  );
}

/** The first of a comparison is what the others are measured against. */
function oldestFirst(ids: readonly string[], rows: readonly { readonly id: string; readonly number: number }[]): string[] {
  const numbers = new Map(rows.map((row) => [row.id, row.number]));
  return ids.toSorted((a, b) => (numbers.get(a) ?? 0) - (numbers.get(b) ?? 0));
}

function LoadingRows() {
  return (
    <div role="status" aria-label="Loading the runs">
      {Array.from({ length: 8 }, (_, i) => (
        <div key={i} className={styles.skeletonRow}>
          <Skeleton width={16} height={16} />
          <Skeleton width={72} />
          <Skeleton width={140 + ((i * 53) % 120)} />
          <Skeleton width={90} />
        </div>
      ))}
    </div>
  );
}
