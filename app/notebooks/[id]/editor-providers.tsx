"use client";
import type { ReactNode } from "react";
import { PackagesContext, type NotebookPackages } from "./_environment/packages-context";
import { EditorContext, type EditorActions } from "./editor-context";

/** What the parts of the editor ask of the whole, and of its packages. */
export function EditorProviders({
  actions,
  packages,
  children,
}: {
  readonly actions: EditorActions;
  readonly packages: NotebookPackages;
  readonly children: ReactNode;
}) {
  return (
    <EditorContext value={actions}>
      <PackagesContext value={packages}>{children}</PackagesContext>
    </EditorContext>
  );
}
