"use client";
/**
 * The notebook that the page shows, and its life with others: drawn from what the server gave, edited at once, and brought
 * together with the shared document when that has come. Yjs and its provider are loaded after the page has been drawn.
 */
import { useCallback, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from "react";
import type { Notebook } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";
import type { NotebookDetail } from "../../../_trpc/outputs";
import type { Person } from "../_together/people";
import type { SharedSession } from "../_together/shared-session";
import { BoundEditors } from "./bound-editors";
import { DocumentStore } from "./document-store";
import type { SaveState } from "./save-state";

const loadAgainMs = 3_000;
const nobody: readonly Person[] = [];

export function useDocument(detail: NotebookDetail, { reads, cell }: { readonly reads: boolean; readonly cell: string | undefined }) {
  const [store] = useState(() => new DocumentStore(readDetail(detail)));
  const [editors] = useState(() => new BoundEditors());
  const document = useSyncExternalStore(store.subscribe, store.get, store.get);
  const [state, setState] = useState<SaveState>();
  const [people, setPeople] = useState(nobody);
  const session = useRef<SharedSession>(undefined);
  const coming = useRef<((session: SharedSession) => void)[]>([]);

  useEffect(() => {
    let left = false;
    let mine: SharedSession | undefined;
    let timer: ReturnType<typeof setTimeout>;
    const load = () =>
      import("../_together/shared-session").then(
        ({ SharedSession }) => {
          if (left && store.get().notebook === store.opened) return;
          mine = new SharedSession({
            notebookId: detail.id,
            store,
            editors,
            reads,
            onState: setState,
            onPeople: setPeople,
          });
          if (left) return mine.leave();
          session.current = mine;
          for (const go of coming.current.splice(0)) go(mine);
        },
        () => {
          setState({ type: "offline", kept: store.get().notebook !== store.opened });
          if (!left) timer = setTimeout(() => void load(), loadAgainMs);
        },
      );
    // Lets the page be drawn, and whatever is typed into it, go before.
    const idle = whenIdle(() => void load());
    return () => {
      left = true;
      idle();
      clearTimeout(timer);
      session.current = undefined;
      mine?.leave();
    };
  }, [store, editors, detail.id, reads]);

  // Until the shared document comes nobody else says that something is not saved.
  const shown: SaveState = state ?? { type: document.notebook === store.opened ? "saved" : "unsaved" };

  useEffect(() => {
    session.current?.pointAt(cell);
  }, [cell, people.length]);

  /** The version that holds everything typed so far. */
  const saveNow = useCallback(async (): Promise<number> => {
    const there = session.current ?? (await new Promise<SharedSession>((resolve) => coming.current.push(resolve)));
    return there.save();
  }, []);

  const beforeUnload = useEffectEvent((event: BeforeUnloadEvent) => {
    if (shown.type === "saved" || shown.type === "gone" || (shown.type === "offline" && !shown.kept)) return;
    saveNow().catch(() => undefined);
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: BeforeUnloadEvent) => beforeUnload(event);
    addEventListener("beforeunload", listener);
    return () => removeEventListener("beforeunload", listener);
  }, []);

  return { document, getDocument: store.get, dispatch: store.dispatch, editors, saveState: shown, saveNow, people };
}

const mostIdleMs = 500;

function whenIdle(act: () => void): () => void {
  if (typeof requestIdleCallback !== "function") {
    const timer = setTimeout(act, mostIdleMs / 2);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(act, { timeout: mostIdleMs });
  return () => cancelIdleCallback(handle);
}

/** Cells have the identities that the shared document knows them by. */
function readDetail({ text, cellIds }: NotebookDetail): Notebook {
  const notebook = parse(text);
  if (cellIds?.length !== notebook.cells.length) return notebook;
  return { ...notebook, cells: notebook.cells.map((each, index) => ({ ...each, id: cellIds[index]! })) };
}
