"use client";
/** The slim bar on top of a page: where one is, and the one primary action at the right. Sets the tab's title. */
import Link from "next/link";
import { Fragment, useEffect, type ReactNode } from "react";
import styles from "./page-bar.module.css";

export interface Crumb {
  readonly label: string;
  readonly href: string;
}

export function PageBar({
  crumbs = [],
  title,
  heading,
  actions,
}: {
  readonly crumbs?: readonly Crumb[];
  readonly title: string;
  /** Drawn instead of the title, e.g. a title one can edit. */
  readonly heading?: ReactNode;
  readonly actions?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Heddle`;
  }, [title]);
  return (
    <header className={styles.bar}>
      <div className={styles.crumbs}>
        {crumbs.map((crumb) => (
          <Fragment key={crumb.href}>
            <Link href={crumb.href} className={styles.crumb}>
              {crumb.label}
            </Link>
            <span className={styles.slash} aria-hidden>
              /
            </span>
          </Fragment>
        ))}
        {heading ?? <h1 className={styles.title}>{title}</h1>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
