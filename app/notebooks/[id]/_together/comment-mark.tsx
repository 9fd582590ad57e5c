"use client";
import { MessageSquare } from "lucide-react";
import { use } from "react";
import { IconButton } from "../../../_ui/button";
import styles from "./comments.module.css";
import { CommentsContext } from "./use-comments";

/** At a cell: how many threads are open about it. Without any it shows itself where the cell is pointed at. */
export function CommentMark({ cellId, active }: { readonly cellId: string; readonly active: boolean }) {
  const { counts, open } = use(CommentsContext);
  const count = counts.get(cellId) ?? 0;
  if (count === 0 && !active) return null;
  const label = count === 0 ? "Comment" : count === 1 ? "1 open comment" : `${count} open comments`;
  return (
    <IconButton small label={label} className={styles.cellMark} onClick={() => open(cellId)}>
      <MessageSquare size={14} />
      {count > 0 && <span className={styles.count}>{count}</span>}
    </IconButton>
  );
}
