"use client";
/** Opens the palette from everywhere: Mod+K, Mod+Shift+P. The palette itself is loaded when it is first opened. */
import dynamic from "next/dynamic";
import { useEffect } from "react";
import { hasPaletteSource, openPalette, useOpenPalette } from "./palette-store";

const CommandPalette = dynamic(() => import("./command-palette").then((module) => module.CommandPalette), { ssr: false });

export function PaletteHost() {
  const offered = useOpenPalette();
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      const mod = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (!mod || event.altKey || hasPaletteSource() || !((key === "k" && !event.shiftKey) || key === "p")) return;
      event.preventDefault();
      openPalette();
    };
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
  return offered ? <CommandPalette offered={offered} /> : null;
}
