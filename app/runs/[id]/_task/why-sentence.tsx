"use client";
import Link from "next/link";
import type { TaskRunDetail } from "../../../_trpc/outputs";
import styles from "./task.module.css";

/** "Why did this run?", in one sentence. */
export function WhySentence({ detail }: { readonly detail: TaskRunDetail }) {
  return (
    <p className={styles.pad} data-why={detail.why.type}>
      {detail.why.sentence}{" "}
      {detail.cachedFrom && (
        <Link href={`/runs/${detail.cachedFrom.runId}?task=${detail.cachedFrom.taskRunId}`}>
          See it in run #{detail.cachedFrom.runNumber}
        </Link>
      )}
    </p>
  );
}
