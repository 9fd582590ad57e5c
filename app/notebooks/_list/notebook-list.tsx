"use client";
/** The notebooks of the workspace. Neighbours: notebook-row.tsx, use-notebook-actions.ts, use-list-keys.ts. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Upload } from "lucide-react";
import { useDeferredValue, useRef, useState } from "react";
import { PageBar } from "../../_frame/page-bar";
import { useRunChanges } from "../../_frame/run-changes";
import { useTRPC } from "../../_trpc/client";
import type { NotebookRow as Row } from "../../_trpc/outputs";
import { Button } from "../../_ui/button";
import { Input } from "../../_ui/field";
import { plural } from "../../_ui/format-number";
import { EmptyState, ErrorNotice, Skeleton } from "../../_ui/notice";
import styles from "./notebook-list.module.css";
import { NotebookRow, type NotebookRowProps } from "./notebook-row";
import { useFileDrop } from "./use-file-drop";
import { useListKeys } from "./use-list-keys";
import { useNotebookActions } from "./use-notebook-actions";

export function NotebookList() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const list = useQuery(trpc.notebook.list.queryOptions(undefined, { refetchOnMount: "always" }));
  const actions = useNotebookActions();
  const [search, setSearch] = useState("");
  const words = useDeferredValue(search.trim().toLowerCase());
  const listElement = useRef<HTMLUListElement>(null);
  const searchElement = useRef<HTMLInputElement>(null);
  const fileElement = useRef<HTMLInputElement>(null);
  const drop = useFileDrop((files) => void actions.importFiles(files));
  useListKeys(listElement, searchElement, actions.create);

  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  useRunChanges(() => {
    // Many changes a second of many runs are one look at the list.
    pending.current ??= setTimeout(() => {
      pending.current = undefined;
      void queries.invalidateQueries({ queryKey: trpc.notebook.list.queryKey() });
    }, 700);
  });

  const rows = list.data;
  const shown = rows?.filter((row) => words === "" || `${row.title} ${row.description}`.toLowerCase().includes(words));
  return (
    <div className={`${styles.page} ${drop.over ? styles.dropping : ""}`} {...drop.props}>
      <PageBar
        title="Notebooks"
        actions={
          <>
            <input
              ref={fileElement}
              type="file"
              accept=".ts,.mts,.ipynb,text/typescript,application/x-ipynb+json"
              multiple
              hidden
              onChange={(event) => {
                void actions.importFiles([...(event.target.files ?? [])]);
                event.target.value = "";
              }}
            />
            <Button onClick={() => fileElement.current?.click()}>
              <Upload size={16} /> Import<span className={styles.wide}>a file</span>
            </Button>
            <Button look="primary" onClick={actions.create} disabled={actions.creating}>
              <Plus size={16} /> New<span className={styles.wide}>notebook</span>
            </Button>
          </>
        }
      />
      {list.error && (
        <div className={styles.error}>
          <ErrorNotice doing="load the notebooks" error={list.error} onRetry={() => void list.refetch()} />
        </div>
      )}
      {rows?.length === 0 && (
        <EmptyState
          title="No notebook yet"
          actions={
            <>
              <Button look="primary" onClick={actions.create}>
                New notebook
              </Button>
              <Button onClick={() => fileElement.current?.click()}>Import a .ts or .ipynb file</Button>
            </>
          }
        >
          A notebook is one TypeScript file of cells. What a cell reads from another makes the pipeline: write it here, and it runs as it
          stands.
        </EmptyState>
      )}
      {(rows === undefined ? !list.error : rows.length > 0) && (
        <>
          <div className={styles.tools}>
            <Input
              ref={searchElement}
              type="search"
              className={styles.search}
              placeholder="Find a notebook"
              aria-label="Find a notebook"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
            <span className={styles.count} role="status">
              {rows && shown && (words === "" ? plural(rows.length, "notebook") : `${shown.length} of ${rows.length}`)}
            </span>
          </div>
          <div className={styles.head} aria-hidden>
            <span>Notebook</span>
            <span>Recent runs</span>
            <span>Tasks</span>
            <span>Edited</span>
            <span />
          </div>
          {shown === undefined ? (
            <Loading />
          ) : (
            <ul ref={listElement} className={styles.list}>
              <Rows rows={shown} onDuplicate={actions.duplicate} onDelete={actions.delete} onExport={actions.export} />
            </ul>
          )}
          {shown?.length === 0 && (
            <EmptyState title="Nothing found" actions={<Button onClick={() => setSearch("")}>Show all</Button>}>
              No title or description has “{search.trim()}”.
            </EmptyState>
          )}
        </>
      )}
    </div>
  );
}

const first = 50;

/** What fits into the window at once; the rest of a thousand follows without standing in anybody's way. */
function Rows({ rows, ...rest }: { readonly rows: readonly Row[] } & Omit<NotebookRowProps, "row">) {
  const drawn = useDeferredValue(rows, rows.slice(0, first));
  return drawn.map((row) => <NotebookRow key={row.id} row={row} {...rest} />);
}

function Loading() {
  return (
    <div aria-label="Loading the notebooks" role="status">
      {[220, 160, 280, 190].map((width) => (
        <div key={width} className={styles.skeletonRow}>
          <Skeleton width={width} />
          <Skeleton width={width * 1.6} />
        </div>
      ))}
    </div>
  );
}
