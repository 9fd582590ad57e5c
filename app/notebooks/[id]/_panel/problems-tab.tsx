"use client";
import { CircleAlert, TriangleAlert } from "lucide-react";
import type { ShownDiagnostic } from "@/pipelines/language/shown-diagnostics";
import { lineWords } from "@/pipelines/notebook/line-words";
import { classNames } from "../../../_ui/class-names";
import { MissingPackageButton } from "../_environment/missing-package-button";
import { useEditor } from "../editor-context";
import styles from "./side-panel.module.css";

export function ProblemsTab({
  problems,
  notice,
}: {
  readonly problems: readonly ShownDiagnostic[];
  /** Why types are not among what is checked. */
  readonly notice: string | undefined;
}) {
  const editor = useEditor();
  const words = notice === undefined ? null : <p className={styles.word}>{notice}</p>;
  if (problems.length === 0)
    return words ?? <p className={styles.word}>No problems. What the compiler and the types find while you type is listed here.</p>;
  return (
    <>
      {words}
      <ul className={styles.list}>
        {problems.map((each, index) => (
          <li key={index}>
            <button
              type="button"
              className={classNames(styles.problem, each.severity === "error" ? styles.error : styles.warning)}
              onClick={() => editor.jump(each.place.cell, ...(each.place.in === "source" ? [each.place.line, each.place.column] : []))}
            >
              {each.severity === "error" ? <CircleAlert size={14} /> : <TriangleAlert size={14} />}
              <span>{each.message}</span>
              <span className={styles.where}>
                {each.place.in === "front-matter" ? "Front matter" : each.place.cellKey},{" "}
                {each.place.in === "header" ? lineWords(0) : lineWords(each.place.line)} · {each.code}
              </span>
            </button>
            <MissingPackageButton message={each.message} />
          </li>
        ))}
      </ul>
    </>
  );
}
