"use client";
import { useState, useSyncExternalStore } from "react";
import { useStored } from "../../../_ui/use-stored";

const query = "(min-width: 1001px)";

/** Whether the panel is open: beside the cells where there is room (remembered), over them where there is none (not). */
export function usePanel(): readonly [boolean, (open: boolean) => void] {
  const wide = useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
    () => true,
  );
  const [beside, setBeside] = useStored("heddle.panel", true);
  const [over, setOver] = useState(false);
  return wide ? [beside, setBeside] : [over, setOver];
}
