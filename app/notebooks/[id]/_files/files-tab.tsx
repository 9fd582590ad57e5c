"use client";
/** The workspace's data files: in by drag or button, looked into, used in a cell, away and back. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Download, Ellipsis, Eye, FilePlus2, Trash2, Upload } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { DataGrid } from "../../../_data/data-grid";
import { remoteReader } from "../../../_data/table-reader";
import { useTRPC, useTRPCClient } from "../../../_trpc/client";
import { Button, IconButton } from "../../../_ui/button";
import { classNames } from "../../../_ui/class-names";
import { Dialog } from "../../../_ui/dialog";
import { formatBytes } from "../../../_ui/format-number";
import { Menu, MenuItem, MenuSeparator } from "../../../_ui/menu";
import { ErrorNotice, Notice, Skeleton } from "../../../_ui/notice";
import { RelativeTime } from "../../../_ui/times";
import { useToast } from "../../../_ui/toast";
import { useEditor } from "../editor-context";
import { cellForFile, kindOfFile } from "./cell-for-file";
import styles from "./files-tab.module.css";
import { uploadFile } from "./upload-file";

export function FilesTab() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const editor = useEditor();
  const toast = useToast();
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<readonly { readonly name: string; readonly share: number }[]>([]);
  const [asked, setAsked] = useState<readonly File[]>([]);
  const [shown, setShown] = useState<string>();
  const files = useQuery(trpc.data.list.queryOptions());
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.data.list.queryKey() });

  const send = async (list: readonly File[], overwrite: boolean) => {
    for (const file of list) {
      setSending((now) => [...now, { name: file.name, share: 0 }]);
      const onProgress = (share: number) => setSending((now) => now.map((each) => (each.name === file.name ? { ...each, share } : each)));
      const failure = await uploadFile(file, { overwrite, onProgress });
      setSending((now) => now.filter(({ name }) => name !== file.name));
      if (failure?.type === "exists" && !overwrite) setAsked((now) => [...now, file]);
      else if (failure) toast({ text: `“${file.name}” was not uploaded. ${failure.message}`, failed: true });
      else await refresh();
    }
  };
  const remove = async (path: string) => {
    try {
      const { trashId } = await client.data.remove.mutate({ path });
      await refresh();
      const undo = () =>
        client.data.restore
          .mutate({ trashId })
          .then(refresh, (error: Error) => toast({ text: `Not restored. ${error.message}`, failed: true }));
      toast({ text: `Deleted “${path}”.`, action: { label: "Undo", onSelect: () => void undo() } });
    } catch (error) {
      toast({ text: `Not deleted. ${(error as Error).message}`, failed: true });
    }
  };
  const insert = (path: string) => editor.insertWritten(cellForFile(path, new Set(editor.names("").map(({ name }) => name))));
  const copy = (path: string) =>
    void navigator.clipboard.writeText(`data/${path}`).then(
      () => toast({ text: `Copied data/${path}.` }),
      () => toast({ text: "Not copied: this browser does not allow it here.", failed: true }),
    );

  return (
    <div
      className={classNames(styles.files, over && styles.over)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        void send([...event.dataTransfer.files], false);
      }}
    >
      <div className={styles.bar}>
        <Button small onClick={() => chooser.current?.click()}>
          <Upload size={14} /> Upload
        </Button>
        <span className={styles.quiet}>or drop files here</span>
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          aria-label="Files to upload"
          onChange={(event) => {
            void send([...(event.target.files ?? [])], false);
            event.target.value = "";
          }}
        />
      </div>
      {asked.map((file) => (
        <Notice
          key={file.name}
          look="warning"
          actions={
            <>
              <Button
                small
                onClick={() => {
                  setAsked((now) => now.filter((each) => each !== file));
                  void send([file], true);
                }}
              >
                Replace
              </Button>
              <Button small look="quiet" onClick={() => setAsked((now) => now.filter((each) => each !== file))}>
                Keep
              </Button>
            </>
          }
        >
          There is a file “{file.name}” already.
        </Notice>
      ))}
      {sending.map(({ name, share }) => (
        <div key={name} className={styles.sending}>
          <span>{name}</span>
          <progress value={share} max={1} aria-label={`Uploading ${name}`} />
        </div>
      ))}
      {files.error ? (
        <ErrorNotice doing="list the files" error={files.error} onRetry={() => void files.refetch()} />
      ) : !files.data ? (
        <Skeleton height={96} />
      ) : files.data.length === 0 ? (
        <p className={styles.quiet}>
          No data yet. Drop a CSV, Parquet or JSON file or a picture here; cells read it by its name, as data/cars.csv.
        </p>
      ) : (
        <ul className={styles.list} aria-label="Data files">
          {files.data.map(({ path, bytes, modified }) => (
            <li key={path} className={styles.file}>
              <button
                type="button"
                className={styles.name}
                title={`data/${path}`}
                onClick={() => setShown(path)}
                disabled={kindOfFile(path) === "other"}
              >
                {path}
              </button>
              <span className={styles.quiet}>
                {formatBytes(bytes)} · <RelativeTime at={modified} />
              </span>
              <Menu
                align="end"
                trigger={
                  <IconButton small label={`What to do with ${path}`}>
                    <Ellipsis size={14} />
                  </IconButton>
                }
              >
                {kindOfFile(path) !== "other" && (
                  <MenuItem icon={<Eye size={14} />} onSelect={() => setShown(path)}>
                    Look into it
                  </MenuItem>
                )}
                <MenuItem icon={<FilePlus2 size={14} />} onSelect={() => insert(path)}>
                  Insert a cell that reads it
                </MenuItem>
                <MenuItem icon={<Copy size={14} />} onSelect={() => copy(path)}>
                  Copy path
                </MenuItem>
                <MenuItem icon={<Download size={14} />} onSelect={() => location.assign(`/api/data/${encodeURIComponent(path)}`)}>
                  Download
                </MenuItem>
                <MenuSeparator />
                <MenuItem icon={<Trash2 size={14} />} danger onSelect={() => void remove(path)}>
                  Delete
                </MenuItem>
              </Menu>
            </li>
          ))}
        </ul>
      )}
      {shown !== undefined && (
        <Dialog open onOpenChange={() => setShown(undefined)} title={shown} wide>
          {kindOfFile(shown) === "image" ? (
            // eslint-disable-next-line @next/next/no-img-element -- of a size that nobody knows
            <img className={styles.picture} src={`/api/data/${encodeURIComponent(shown)}`} alt={shown} />
          ) : (
            <FileTable path={shown} stamp={files.data?.find(({ path }) => path === shown)?.modified ?? ""} />
          )}
          <div className={styles.actions}>
            <Button
              onClick={() => {
                insert(shown);
                setShown(undefined);
              }}
            >
              <FilePlus2 size={14} /> Insert a cell that reads it
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function FileTable({ path, stamp }: { readonly path: string; readonly stamp: string }) {
  const client = useTRPCClient();
  const reader = useMemo(() => {
    const source = { type: "file" as const, path };
    return remoteReader([source, stamp], (question, signal) => client.table.ask.query({ source, question }, signal ? { signal } : {}));
  }, [client, path, stamp]);
  return <DataGrid reader={reader} label={path} />;
}
