"use client";
import { MessageSquare } from "lucide-react";
import { use } from "react";
import { IconButton } from "../../../_ui/button";
import styles from "./comments.module.css";
import { CommentsContext } from "./use-comments";

/** At a cell: how many threads are open about it, and where there is none, a way to begin one. */
export function CommentMark({ cellId, place }: { readonly cellId: string; readonly place: "count" | "begin" }) {
  const { counts, open } = use(CommentsContext);
  const count = counts.get(cellId) ?? 0;
  // Beside the title it stays where it is when the rest of the row comes under the pointer.
  if (count > 0 !== (place === "count")) return null;
  const label = count === 0 ? "Comment" : count === 1 ? "1 open comment" : `${count} open comments`;
  return (
    <IconButton small label={label} className={styles.cellMark} onClick={() => open(cellId)}>
      <MessageSquare size={14} />
      {count > 0 && <span className={styles.count}>{count}</span>}
    </IconButton>
  );
}
