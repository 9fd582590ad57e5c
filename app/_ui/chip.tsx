import type { ReactNode } from "react";
import styles from "./small-parts.module.css";

/** A quiet word beside something: an option, a tag. */
export function Chip({ children, title }: { readonly children: ReactNode; readonly title?: string }) {
  return (
    <span className={styles.chip} title={title}>
      {children}
    </span>
  );
}

/** Keys: "Shift Enter" gives two. */
export function Keys({ children }: { readonly children: string }) {
  return (
    <>
      {children.split(" ").map((key, index) => (
        <kbd key={index} className={styles.kbd} style={index > 0 ? { marginInlineStart: 4 } : undefined}>
          {key}
        </kbd>
      ))}
    </>
  );
}
