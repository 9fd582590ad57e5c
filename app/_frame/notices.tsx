"use client";
/** What everyone must know on every page: the connection is lost, or tasks run without containers. */
import { useEffect, useRef } from "react";
import { Notice } from "../_ui/notice";
import styles from "./notices.module.css";
import { useConnection } from "./use-connection";
import { useSession } from "./use-session";

export function Notices() {
  const session = useSession().data;
  const connected = useConnection();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Bars and panels stand below the notices, however high these are.
    const root = document.documentElement;
    const observer = new ResizeObserver(([entry]) =>
      root.style.setProperty("--notices", `${Math.ceil(entry?.borderBoxSize[0]?.blockSize ?? 0)}px`),
    );
    if (box.current) observer.observe(box.current);
    return () => {
      observer.disconnect();
      root.style.removeProperty("--notices");
    };
  }, []);
  return (
    <div ref={box} className={styles.notices}>
      {!connected && (
        <Notice look="warning" className={styles.notice}>
          <strong>The connection to Heddle is lost.</strong> Trying again by itself; runs go on, and what you type is kept in this page
          until it can be saved.
        </Notice>
      )}
      {session?.executor.notice !== undefined && (
        <Notice look="warning" className={styles.notice}>
          {session.executor.notice}
        </Notice>
      )}
    </div>
  );
}
