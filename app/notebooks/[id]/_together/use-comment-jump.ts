"use client";
import { useEffect, useEffectEvent } from "react";

/** `/notebooks/…?comments=<cell>`: where the inbox leads. */
export function useCommentJump(open: (cellId: string) => void): void {
  const go = useEffectEvent((cell: string) => {
    open(cell);
    document.querySelector(`[data-cell="${CSS.escape(cell)}"]`)?.scrollIntoView({ block: "center" });
  });
  useEffect(() => {
    const cell = new URLSearchParams(location.search).get("comments");
    if (cell === null) return;
    const frame = requestAnimationFrame(() => go(cell));
    return () => cancelAnimationFrame(frame);
  }, []);
}
