"use client";
import { useEffect, useState, type RefObject } from "react";
import { queueMount } from "./mount-queue";

/** True once the element has come near the window and the queue got to it; `mountNow` does not wait. */
export function useMounting(element: RefObject<HTMLElement | null>): readonly [boolean, () => void] {
  const [mounted, setMounted] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (mounted || !target) return;
    let cancel: (() => void) | undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) cancel ??= queueMount(() => setMounted(true));
        else {
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
  return [mounted, () => setMounted(true)];
}
