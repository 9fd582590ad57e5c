"use client";
import Link from "next/link";
import type { Holder } from "@/pipelines/run/waiting-for";
import styles from "./waiting.module.css";

/** A task run (or a run) by name, with its notebook on hover; leads to it. */
export function HolderLink({ holder }: { readonly holder: HolderView }) {
  const { runId, runNumber, notebook, task } = holder;
  return (
    <Link href={`/runs/${runId}${task ? `?task=${task.id}` : ""}`} className={styles.holder} title={`${notebook}, run #${runNumber}`}>
      {task && (
        <span className={styles.task}>
          {task.title}
          {task.mapIndex !== undefined && ` [${task.mapIndex}]`}
        </span>
      )}
      <span className={styles.quiet}>{task ? `#${runNumber}` : `${notebook} #${runNumber}`}</span>
    </Link>
  );
}

/** As it arrives through JSON. */
export type HolderView = Omit<Holder, "task"> & {
  readonly task?: { readonly id: string; readonly title: string; readonly mapIndex?: number | undefined } | undefined;
};
