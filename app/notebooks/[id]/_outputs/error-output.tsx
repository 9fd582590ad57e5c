"use client";
import { useState } from "react";
import { lineWords } from "@/pipelines/notebook/line-words";
import { distinctFrames } from "../../../_code/distinct-frames";
import type { CellState } from "../../../_trpc/outputs";
import { useEditor } from "../editor-context";
import styles from "./cell-output.module.css";

/** So few lines are shown without being asked for. */
const shortest = 5;
const fewestFrames = 8;

/** The one line that matters, the rest on demand, and frames that lead to their lines. */
export function ErrorOutput({ error, reason }: { readonly error: NonNullable<CellState["error"]>; readonly reason: string | undefined }) {
  const editor = useEditor();
  const [all, setAll] = useState(false);
  const frames = distinctFrames(error.frames);
  const [first = "", ...rest] = error.message.split("\n");
  const more = rest.join("\n").trimEnd();
  const plain = reason !== undefined && reason !== "exception";
  return (
    <div className={styles.error} role="alert">
      <div className={styles.message}>
        {!plain && error.name !== "Error" ? `${error.name}: ` : ""}
        {first}
      </div>
      {more !== "" && rest.length <= shortest && <pre className={styles.more}>{more}</pre>}
      {more !== "" && rest.length > shortest && (
        <details>
          <summary>More</summary>
          <pre className={styles.more}>{more}</pre>
        </details>
      )}
      {error.frames.length > 0 && (
        <ul className={styles.frames}>
          {frames.slice(0, all ? frames.length : fewestFrames).map((frame, index) => (
            <li key={index}>
              at{" "}
              <button
                type="button"
                className={styles.frame}
                onClick={() => editor.jumpToKey(frame.cellKey, ...(frame.line > 0 ? [frame.line, frame.column] : []))}
              >
                {frame.cellKey}, {lineWords(frame.line)}
              </button>
              {frame.function !== undefined && ` in ${frame.function}`}
            </li>
          ))}
          {frames.length > fewestFrames && (
            <li>
              <button type="button" className={styles.frame} aria-expanded={all} onClick={() => setAll(!all)}>
                {all ? "Fewer" : `${frames.length - fewestFrames} more`}
              </button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
