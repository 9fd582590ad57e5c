"use client";
import Link from "next/link";
import type { Mention } from "../../_trpc/outputs";
import { RelativeTime } from "../../_ui/times";
import styles from "./inbox.module.css";

/** Open comments in which somebody names the reader. Resolving the thread takes it away from here. */
export function Mentions({ mentions }: { readonly mentions: readonly Mention[] }) {
  if (mentions.length === 0) return null;
  return (
    <section aria-label="Comments that name you">
      <h2 className={styles.heading}>Comments that name you</h2>
      {mentions.map((mention) => (
        <article key={mention.threadId} className={styles.item}>
          <header className={styles.head}>
            <h3 className={styles.title}>
              <Link href={`/notebooks/${mention.notebookId}?comments=${mention.cellId}`}>{mention.cellName}</Link>
            </h3>
            <span className={styles.quiet}>
              {mention.notebookTitle}, {mention.by}, <RelativeTime at={mention.at} />
            </span>
          </header>
          <p>{mention.text}</p>
        </article>
      ))}
    </section>
  );
}
