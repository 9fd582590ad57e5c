"use client";
/** What is said about the cells: one thread after the other, in the order of the cells, the open ones first. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, RotateCcw, Trash2 } from "lucide-react";
import { Fragment, useState, type ReactNode } from "react";
import { cellKey } from "@/pipelines/notebook/cell-key";
import type { Cell } from "@/pipelines/notebook/notebook";
import { useTRPC } from "../../../_trpc/client";
import type { CommentThread } from "../../../_trpc/outputs";
import { Button, IconButton } from "../../../_ui/button";
import { RelativeTime } from "../../../_ui/times";
import { useToast } from "../../../_ui/toast";
import { useEditor } from "../editor-context";
import { CommentInput } from "./comment-input";
import styles from "./comments.module.css";

export interface CommentsTabProps {
  readonly notebookId: string;
  readonly threads: readonly CommentThread[];
  readonly cells: readonly Cell[];
  /** A new thread would be about this one. */
  readonly selected: string | undefined;
  /** Counts how often somebody asked to write: the input takes the focus. */
  readonly wish: number;
}

export function CommentsTab({ notebookId, threads, cells, selected, wish }: CommentsTabProps) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const editor = useEditor();
  const [showsResolved, setShowsResolved] = useState(false);
  const members = useQuery(trpc.workspace.members.queryOptions(undefined, { staleTime: 60_000 })).data ?? [];
  const heard = {
    onSuccess: () => void queries.invalidateQueries({ queryKey: trpc.notebook.comments.queryKey({ id: notebookId }) }),
    onError: (error: { message: string }) => toast({ text: error.message, failed: true }),
  };
  const add = useMutation(trpc.notebook.addComment.mutationOptions(heard));
  const answer = useMutation(trpc.notebook.answerComment.mutationOptions(heard));
  const resolve = useMutation(trpc.notebook.resolveComments.mutationOptions(heard));
  const remove = useMutation(trpc.notebook.removeComment.mutationOptions(heard));

  const mayNot =
    editor.rights.run === undefined
      ? undefined
      : "Your role here is viewer: you can read comments. To write some you need the role runner.";
  const place = new Map(cells.map((cell, index) => [cell.id, { index, name: cell.title || cellKey(cell, index) }]));
  const sorted = [...threads].sort((a, b) => (place.get(a.cellId)?.index ?? Infinity) - (place.get(b.cellId)?.index ?? Infinity) || 0);
  const open = sorted.filter(({ resolved }) => !resolved);
  const resolved = sorted.filter((thread) => thread.resolved);
  const about = selected === undefined ? undefined : place.get(selected);

  const draw = (thread: CommentThread) => (
    <article
      key={thread.id}
      className={styles.thread}
      data-thread={thread.id}
      aria-label={`Comments on ${place.get(thread.cellId)?.name ?? thread.cellName}`}
    >
      <header className={styles.head}>
        {place.has(thread.cellId) ? (
          <button type="button" className={styles.cell} onClick={() => editor.jump(thread.cellId)}>
            {place.get(thread.cellId)!.name}
          </button>
        ) : (
          <span className={styles.goneCell}>{thread.cellName} (deleted)</span>
        )}
        {mayNot === undefined && (
          <Button small look="quiet" onClick={() => resolve.mutate({ threadId: thread.id, resolved: !thread.resolved })}>
            {thread.resolved ? <RotateCcw size={12} /> : <Check size={12} />} {thread.resolved ? "Reopen" : "Resolve"}
          </Button>
        )}
      </header>
      {thread.resolved && (
        <p className={styles.quiet}>
          Resolved by {thread.resolved.by}, <RelativeTime at={thread.resolved.at} />
        </p>
      )}
      {thread.comments.map((comment) => (
        <div key={comment.id} className={styles.comment} data-mentions-me={comment.mentionsMe || undefined}>
          <p className={styles.by}>
            <strong>{comment.by.name}</strong> <RelativeTime at={comment.at} />
            {comment.mine && (
              <IconButton
                small
                label="Delete this comment"
                onClick={() => remove.mutate({ commentId: comment.id })}
                className={styles.remove}
              >
                <Trash2 size={12} />
              </IconButton>
            )}
          </p>
          <p className={styles.text}>{withMentions(comment.text, members)}</p>
        </div>
      ))}
      {!thread.resolved && mayNot === undefined && (
        <CommentInput
          label={`Answer about ${place.get(thread.cellId)?.name ?? thread.cellName}`}
          placeholder="Answer…"
          members={members}
          onSend={(text) => answer.mutateAsync({ id: notebookId, threadId: thread.id, text })}
        />
      )}
    </article>
  );

  return (
    <div className={styles.tab}>
      <div className={styles.begin}>
        {mayNot !== undefined ? (
          <p className={styles.quiet}>{mayNot}</p>
        ) : about === undefined ? (
          <p className={styles.quiet}>Choose a cell to say something about it.</p>
        ) : (
          <CommentInput
            key={selected}
            label={`Comment on ${about.name}`}
            placeholder={`Comment on “${about.name}”. @ names somebody.`}
            members={members}
            wish={wish}
            onSend={(text) => add.mutateAsync({ id: notebookId, cellId: selected!, cellName: about.name.slice(0, 300), text })}
          />
        )}
      </div>
      {open.map(draw)}
      {open.length === 0 && resolved.length === 0 && mayNot === undefined && about !== undefined && (
        <p className={styles.quiet}>Nothing has been said yet.</p>
      )}
      {resolved.length > 0 && (
        <Button small look="quiet" aria-expanded={showsResolved} onClick={() => setShowsResolved(!showsResolved)}>
          {showsResolved ? "Hide" : "Show"} {resolved.length} resolved
        </Button>
      )}
      {showsResolved && resolved.map(draw)}
    </div>
  );
}

/** Names behind @ stand out. */
function withMentions(text: string, members: readonly { readonly name: string }[]): ReactNode {
  const names = members.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).filter((name) => name !== "");
  if (names.length === 0) return text;
  return text
    .split(new RegExp(`(@(?:${names.join("|")}))`, "gi"))
    .map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : <Fragment key={index}>{part}</Fragment>));
}
