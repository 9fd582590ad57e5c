"use client";
/** The form of one waiting approval, wherever its task is shown. */
import { AnswerForm } from "./answer-form";
import styles from "./answer-form.module.css";
import { useInbox } from "./use-inbox";

export function AnswerPanel({ taskRunId }: { readonly taskRunId: string }) {
  const item = useInbox().data?.find((one) => one.taskRunId === taskRunId);
  if (!item) return null;
  return (
    <section className={styles.panel} aria-label="Waits for an answer">
      <AnswerForm key={item.taskRunId} item={item} />
    </section>
  );
}
