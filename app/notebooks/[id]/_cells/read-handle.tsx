"use client";
import { useEffect, useEffectEvent, useRef } from "react";
import { useEditor } from "../editor-context";

/** Stands for a cell that is being read: what would go to its editor opens the editor instead. */
export function ReadHandle({ id, onEdit }: { readonly id: string; readonly onEdit: () => void }) {
  const editor = useEditor();
  const host = useRef<HTMLSpanElement>(null);
  const edit = useEffectEvent(onEdit);
  useEffect(() => {
    const element = host.current?.closest<HTMLElement>("[data-cell]");
    if (!element) return;
    editor.register(id, {
      element,
      edit: () => edit(),
      reveal: () => element.scrollIntoView({ block: "center" }),
      mount: () => element.scrollIntoView({ block: "nearest" }),
    });
    return () => editor.register(id, undefined);
  }, [editor, id]);
  return <span ref={host} hidden />;
}
