"use client";
/**
 * Saves the document a moment after the last change, one save at a time, and never over somebody else's: a save names
 * the revision it builds on. `saveNow` resolves to the revision that holds everything typed so far.
 */
import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { format } from "@/pipelines/notebook/format";
import { useTRPCClient } from "../../../_trpc/client";
import type { EditorDocument } from "./document";

export type SaveState =
  | { readonly type: "saved" }
  | { readonly type: "unsaved" }
  | { readonly type: "saving" }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "conflict"; readonly message: string };

const quietMs = 600;
const againMs = 3000;

export function useAutosave(id: string, document: EditorDocument, initialRevision: number) {
  const client = useTRPCClient();
  const [state, setState] = useState<SaveState>({ type: "saved" });
  const latest = useRef(document);
  const saved = useRef({ version: document.version, revision: initialRevision });
  const running = useRef<Promise<number>>(undefined);
  const conflict = useRef(false);

  const save = useCallback(async (): Promise<number> => {
    while (latest.current.version !== saved.current.version) {
      const { notebook, version } = latest.current;
      setState({ type: "saving" });
      try {
        const { revision } = await client.notebook.save.mutate({ id, revision: saved.current.revision, text: format(notebook) });
        saved.current = { version, revision };
      } catch (error) {
        const { message, data } = error as { message: string; data?: { code?: string } };
        conflict.current = data?.code === "CONFLICT";
        setState(conflict.current ? { type: "conflict", message } : { type: "failed", message });
        throw error;
      }
    }
    setState({ type: "saved" });
    return saved.current.revision;
  }, [client, id]);

  const saveNow = useCallback((): Promise<number> => {
    if (conflict.current) return Promise.reject(new Error("Somebody else saved this notebook meanwhile: choose first which text to keep."));
    running.current ??= save().finally(() => {
      running.current = undefined;
    });
    return running.current;
  }, [save]);

  useEffect(() => {
    latest.current = document;
    if (document.version === saved.current.version || conflict.current) return;
    setState((now) => (now.type === "saved" ? { type: "unsaved" } : now));
    const timer = setTimeout(() => saveNow().catch(() => undefined), quietMs);
    return () => clearTimeout(timer);
  }, [document, saveNow]);

  const failed = state.type === "failed";
  useEffect(() => {
    if (!failed) return;
    const timer = setInterval(() => saveNow().catch(() => undefined), againMs);
    return () => clearInterval(timer);
  }, [failed, saveNow]);

  const leave = useEffectEvent((event: BeforeUnloadEvent) => {
    if (latest.current.version === saved.current.version) return;
    saveNow().catch(() => undefined);
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: BeforeUnloadEvent) => leave(event);
    addEventListener("beforeunload", listener);
    return () => {
      removeEventListener("beforeunload", listener);
      // Another page of Heddle: what is not yet saved is saved now.
      if (!conflict.current && latest.current.version !== saved.current.version) void save().catch(() => undefined);
    };
  }, [save]);

  /** The text of the server was taken: the conflict is over. */
  const rebase = useCallback((revision: number) => {
    conflict.current = false;
    saved.current = { version: latest.current.version, revision };
    setState({ type: "saved" });
  }, []);

  return { state, saveNow, rebase };
}
