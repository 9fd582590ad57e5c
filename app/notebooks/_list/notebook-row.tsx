"use client";
import { Copy, Ellipsis, FolderOpen, Trash2 } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import type { NotebookRow as Row } from "../../_trpc/outputs";
import { IconButton } from "../../_ui/button";
import { plural } from "../../_ui/format-number";
import { formatExact } from "../../_ui/format-time";
import { Menu, MenuItem, MenuLink, MenuSeparator } from "../../_ui/menu";
import { StateIcon, StateStrip } from "../../_ui/state-icon";
import { stateWords } from "../../_ui/state-words";
import { RelativeTime } from "../../_ui/times";
import { ExportItems } from "../_exchange/export-items";
import type { ExportFormat } from "../_exchange/export-notebook";
import styles from "./notebook-list.module.css";

export interface NotebookRowProps {
  readonly row: Row;
  readonly onDuplicate: (id: string) => void;
  readonly onDelete: (id: string, title: string) => void;
  readonly onExport: (id: string, format: ExportFormat) => void;
}

export const NotebookRow = memo(function NotebookRow({ row, onDuplicate, onDelete, onExport }: NotebookRowProps) {
  return (
    <li className={styles.row}>
      <div className={styles.name}>
        <Link href={`/notebooks/${row.id}`} className={styles.link} data-notebook={row.id} prefetch={false}>
          <span className={styles.title}>{row.title}</span>
        </Link>
        {row.description !== "" && <span className={styles.description}>{row.description}</span>}
      </div>
      <div className={styles.runs}>
        <div className={styles.above}>
          <RecentRuns runs={row.recentRuns} />
        </div>
      </div>
      <div className={styles.tasks}>
        {plural(row.taskCount, "task")}
        {row.errorCount > 0 && <div className={styles.errors}>{plural(row.errorCount, "error")}</div>}
      </div>
      <div className={`${styles.edited} ${styles.quiet}`}>
        <RelativeTime at={row.updatedAt} />
      </div>
      <div className={styles.above}>
        <Menu
          align="end"
          trigger={
            <IconButton label={`More for ${row.title}`}>
              <Ellipsis size={16} />
            </IconButton>
          }
        >
          <MenuLink href={`/notebooks/${row.id}`} icon={<FolderOpen size={16} />}>
            Open
          </MenuLink>
          <MenuItem icon={<Copy size={16} />} onSelect={() => onDuplicate(row.id)}>
            Duplicate
          </MenuItem>
          <MenuSeparator />
          <ExportItems onExport={(format) => onExport(row.id, format)} />
          <MenuSeparator />
          <MenuItem icon={<Trash2 size={16} />} danger onSelect={() => onDelete(row.id, row.title)}>
            Delete
          </MenuItem>
        </Menu>
      </div>
    </li>
  );
});

/** Oldest left, so that the eye ends at what is newest. */
function RecentRuns({ runs }: { readonly runs: Row["recentRuns"] }) {
  if (runs.length === 0) return <span className={styles.quiet}>Not run yet</span>;
  return (
    <StateStrip>
      {runs.toReversed().map((run) => (
        <Link
          key={run.id}
          href={`/runs/${run.id}`}
          prefetch={false}
          title={`Run #${run.number}: ${stateWords[run.status]}, ${formatExact(new Date(run.createdAt))}`}
        >
          <StateIcon state={run.status} label={`Run #${run.number}: ${stateWords[run.status]}`} />
        </Link>
      ))}
    </StateStrip>
  );
}
