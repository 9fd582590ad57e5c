"use client";
import { useEffect, useState, type RefObject } from "react";
import { queueMount } from "./mount-queue";

export type Mounting = "far" | "near" | "mounted";

/** "near" once the element comes near the window, "mounted" when the queue got to it; `mountNow` does not wait. */
export function useMounting(element: RefObject<HTMLElement | null>, first: "far" | "near"): readonly [Mounting, () => void] {
  const [state, setState] = useState<Mounting>(first);
  const mounted = state === "mounted";
  useEffect(() => {
    const target = element.current;
    if (mounted || !target) return;
    let cancel: (() => void) | undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) {
          setState((now) => (now === "mounted" ? now : "near"));
          cancel ??= queueMount(() => setState("mounted"));
        } else {
          cancel?.();
          cancel = undefined;
        }
      },
      { rootMargin: "600px 0px" },
    );
    observer.observe(target);
    return () => {
      observer.disconnect();
      cancel?.();
    };
  }, [element, mounted]);
  return [state, () => setState("mounted")];
}
