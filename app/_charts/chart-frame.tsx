import type { ReactNode } from "react";
import styles from "./chart.module.css";

/** Title, small actions, the picture; the same around every chart. */
export function ChartFrame({
  title,
  note,
  actions,
  children,
}: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <figure className={styles.frame}>
      <figcaption className={styles.caption}>
        <h3 className={styles.title} title={title}>
          {title}
        </h3>
        {note !== undefined && <span className={styles.note}>{note}</span>}
        {actions !== undefined && <span className={styles.actions}>{actions}</span>}
      </figcaption>
      {children}
    </figure>
  );
}
