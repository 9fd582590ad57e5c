"use client";
import { useState, type DragEvent } from "react";

/** Props for an element that takes dropped files, and whether some hang over it now. */
export function useFileDrop(onFiles: (files: readonly File[]) => void) {
  const [depth, setDepth] = useState(0);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  return {
    over: depth > 0,
    props: {
      onDragEnter: (event: DragEvent) => hasFiles(event) && setDepth((n) => n + 1),
      onDragLeave: (event: DragEvent) => hasFiles(event) && setDepth((n) => Math.max(0, n - 1)),
      onDragOver: (event: DragEvent) => hasFiles(event) && event.preventDefault(),
      onDrop: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDepth(0);
        onFiles([...event.dataTransfer.files]);
      },
    },
  };
}
