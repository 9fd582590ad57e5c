import { Fragment, type ReactNode } from "react";
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
        <Fragment key={index}>
          {index > 0 && " "}
          <kbd className={styles.kbd}>{key}</kbd>
        </Fragment>
      ))}
    </>
  );
}
