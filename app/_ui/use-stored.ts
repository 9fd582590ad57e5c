"use client";
/** A small preference kept in this browser. The first render has `initial`, so that server and browser agree. */
import { useCallback, useEffect, useState } from "react";

export function useStored<Value>(key: string, initial: Value): readonly [Value, (value: Value) => void] {
  const [value, setValue] = useState(initial);
  useEffect(() => {
    const stored = localStorage.getItem(key);
    if (stored === null) return;
    try {
      // eslint-disable-next-line react-hooks/set-state-in-effect -- localStorage exists only after hydration
      setValue(JSON.parse(stored) as Value);
    } catch {
      localStorage.removeItem(key);
    }
  }, [key]);
  const store = useCallback(
    (next: Value) => {
      setValue(next);
      localStorage.setItem(key, JSON.stringify(next));
    },
    [key],
  );
  return [value, store];
}
