"use client";
import dynamic from "next/dynamic";
import { Chip } from "../_ui/chip";
import { plural } from "../_ui/format-number";
import { Skeleton } from "../_ui/notice";
import styles from "./cell-diffs.module.css";
import type { CellDiff, CodeDiff } from "./prepare-code-diff";
import { StaticCode } from "./static-code";

const TextDiff = dynamic(() => import("./text-diff").then((module) => module.TextDiff), {
  ssr: false,
  loading: () => <Skeleton height={80} />,
});

/** What differs between two versions of a notebook, cell by cell. `words`: what a cell is called that only one of them has. */
export function CellDiffs({
  diff,
  words,
  sideBySide = false,
}: {
  readonly diff: CodeDiff;
  readonly words: Readonly<Record<"added" | "removed", string>>;
  readonly sideBySide?: boolean;
}) {
  return (
    <div className={styles.diff}>
      <p className={styles.quiet}>
        {plural(diff.cells.length, "cell differs", "cells differ")}, {plural(diff.same, "cell is", "cells are")} the same.
      </p>
      {diff.frontMatter && (
        <article className={styles.cell}>
          <header>
            <strong>Front matter</strong> <Chip>changed</Chip>
          </header>
          <TextDiff before={diff.frontMatter.before} after={diff.frontMatter.after} sideBySide={sideBySide} />
        </article>
      )}
      {diff.cells.map((cell) => (
        <article key={`${cell.type} ${cell.key}`} className={styles.cell} data-diff={cell.type}>
          <header>
            <strong>{cell.title}</strong>
            <Chip>{cell.type === "added" || cell.type === "removed" ? words[cell.type] : cell.type}</Chip>
            {cell.type === "changed" && cell.moved && <Chip>moved</Chip>}
          </header>
          <Body cell={cell} sideBySide={sideBySide} />
        </article>
      ))}
    </div>
  );
}

function Body({ cell, sideBySide }: { readonly cell: CellDiff; readonly sideBySide: boolean }) {
  switch (cell.type) {
    case "changed":
      return <TextDiff before={cell.before} after={cell.after} sideBySide={sideBySide} />;
    case "moved":
      return (
        <p className={styles.quiet}>
          {cell.after === undefined ? "It is the first cell now." : `It stands after “${cell.after}” now.`} Its text is the same.
        </p>
      );
    case "added":
    case "removed":
      return (
        <div className={styles[cell.type]}>
          <StaticCode text={cell.source} />
        </div>
      );
  }
}
