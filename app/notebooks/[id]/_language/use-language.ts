"use client";
/** The language server, as the editor sees it: what the types say of each cell, the types of values, and who answers. */
import { startTransition, useEffect, useRef, useState } from "react";
import type { TypeDiagnostic } from "@/pipelines/language/messages";
import type { PortType } from "@/pipelines/language/travel-check";
import type { Notebook } from "@/pipelines/notebook/notebook";
import { LanguageClient } from "./language-client";

export interface Language {
  readonly client: LanguageClient | undefined;
  readonly ready: boolean;
  /** Why there are no types, in one line. */
  readonly notice: string | undefined;
  readonly diagnostics: ReadonlyMap<string, readonly TypeDiagnostic[]>;
  readonly ports: readonly PortType[];
}

const nothing: Language = { client: undefined, ready: false, notice: undefined, diagnostics: new Map(), ports: [] };

/** Begins once the page has been drawn and compiled: types are never waited for. */
export function useLanguage(notebookId: string, notebook: Notebook, begin: boolean): Language {
  const [language, setLanguage] = useState<Language>(nothing);
  const client = useRef<LanguageClient>(undefined);
  useEffect(() => {
    if (!begin) return;
    const made = new LanguageClient(notebookId, {
      onState: (state, message) =>
        setLanguage((now) => ({
          ...now,
          client: made,
          ready: state === "ready",
          notice: state === "unavailable" ? message : undefined,
        })),
      onDiagnostics: (cells) =>
        startTransition(() => setLanguage((now) => ({ ...now, diagnostics: new Map([...now.diagnostics, ...Object.entries(cells)]) }))),
      onPorts: (ports) => startTransition(() => setLanguage((now) => ({ ...now, ports }))),
    });
    client.current = made;
    return () => {
      client.current = undefined;
      made.close();
    };
  }, [notebookId, begin]);
  useEffect(() => {
    client.current?.setCells(notebook.cells);
  }, [notebook, begin]);
  return language;
}
