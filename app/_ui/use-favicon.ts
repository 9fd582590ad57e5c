"use client";
/** The tab shows the state of what the page is about, in the same shape and colour. */
import { useEffect } from "react";
import { stateShapes } from "./state-shapes";
import type { State } from "./state-words";

/** Favicons see neither tokens nor themes; these read on light and dark tab bars. */
const colours: Record<State, string> = {
  blocked: "#7b8a88",
  queued: "#7b8a88",
  launching: "#2f86dd",
  running: "#2f86dd",
  waiting: "#c08a1e",
  succeeded: "#2a9d63",
  cached: "#7d9c22",
  failed: "#dd4a45",
  lost: "#dd4a45",
  skipped: "#7b8a88",
  cancelled: "#a273aa",
};

export function useFavicon(state: State | undefined): void {
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>("link[rel~='icon']");
    if (!link || state === undefined) return;
    const before = link.href;
    const paths = stateShapes[state]
      .map(
        (shape) =>
          `<path d="${shape.d}" ${shape.fill ? `fill="${colours[state]}"` : `fill="none" stroke="${colours[state]}" stroke-width="2.4" stroke-linecap="round"`}/>`,
      )
      .join("");
    link.href = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${paths}</svg>`)}`;
    return () => {
      link.href = before;
    };
  }, [state]);
}
