"use client";
import { useEffect } from "react";
import type { EditorActions } from "./editor-context";

/** `/notebooks/…#train` and `#train:12`: a cell, and a line of it, have an address. */
export function useHashJump(actions: EditorActions): void {
  useEffect(() => {
    const go = () => {
      const [, key, line] = /^#([^:]+)(?::(\d+))?$/.exec(location.hash) ?? [];
      if (key !== undefined) actions.jumpToKey(decodeURIComponent(key), line === undefined ? undefined : Number(line));
    };
    // A page that is opened from the middle of a long list begins at its top all the same.
    if (location.hash === "") scrollTo(0, 0);
    const frame = requestAnimationFrame(go);
    addEventListener("hashchange", go);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("hashchange", go);
    };
  }, [actions]);
}
