"use client";
import styles from "./editor-bar.module.css";

/** The notebook's title, as it stands in its front matter. */
export function TitleInput({
  title,
  onTitle,
  reads,
}: {
  readonly title: string;
  readonly onTitle: (title: string) => void;
  /** Why it cannot be changed. */
  readonly reads: string | undefined;
}) {
  return (
    <input
      key={title}
      className={styles.title}
      defaultValue={title}
      aria-label="Title of the notebook"
      spellCheck={false}
      readOnly={reads !== undefined}
      title={reads}
      size={Math.max(8, title.length)}
      maxLength={200}
      onBlur={(event) => {
        const next = event.target.value.trim();
        if (next === "") event.target.value = title;
        else if (next !== title) onTitle(next);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.value = title;
        if (event.key === "Escape" || event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}
