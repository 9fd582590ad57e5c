"use client";
/** Light, dark, or as the system says; kept in the browser. `themeScript` runs before the first paint. */
import { useCallback, useSyncExternalStore } from "react";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const listeners = new Set<() => void>();

function read(): Theme {
  const stored = localStorage.getItem("heddle.theme");
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read,
    () => "system" as const,
  );
  const set = useCallback((next: Theme) => {
    if (next === "system") {
      localStorage.removeItem("heddle.theme");
      delete document.documentElement.dataset["theme"];
    } else {
      localStorage.setItem("heddle.theme", next);
      document.documentElement.dataset["theme"] = next;
    }
    for (const each of listeners) each();
  }, []);
  return [theme, set];
}
