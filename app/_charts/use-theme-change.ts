"use client";
import { useEffect, useState } from "react";

/** A number that changes with the theme: for what is painted once, like a canvas. */
export function useThemeChange(): number {
  const [change, setChange] = useState(0);
  useEffect(() => {
    const onChange = () => setChange((n) => n + 1);
    const system = matchMedia("(prefers-color-scheme: dark)");
    const observer = new MutationObserver(onChange);
    system.addEventListener("change", onChange);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      system.removeEventListener("change", onChange);
      observer.disconnect();
    };
  }, []);
  return change;
}
