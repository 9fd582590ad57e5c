"use client";
/** What the parts that deal with packages need of the notebook. Made in notebook-editor.tsx; drawn by packages-tab.tsx. */
import { createContext, use } from "react";
import type { Notebook } from "@/pipelines/notebook/notebook";

export interface NotebookPackages {
  readonly notebookId: string;
  readonly notebook: Notebook;
  /** Names that every notebook can import. */
  readonly base: readonly string[];
  /** Why they cannot be changed here; undefined: they can. */
  readonly locked: string | undefined;
  /** Opens the list of packages. */
  readonly show: () => void;
  /** As one step, which `undo` takes back. */
  readonly edit: (frontMatter: string | undefined) => void;
  readonly undo: () => void;
}

export const PackagesContext = createContext<NotebookPackages | undefined>(undefined);

export function usePackagesContext(): NotebookPackages {
  const context = use(PackagesContext);
  if (!context) throw new Error("Packages belong inside the notebook editor.");
  return context;
}
