"use client";
/** A notebook as a file of another kind, made in the page and handed to the browser as a download. The converters are loaded then. */
import type { TRPCClient } from "@trpc/client";
import type { CellOutputs } from "@/pipelines/exchange/cell-outputs";
import { parse } from "@/pipelines/notebook/parse";
import { toSlug } from "@/pipelines/notebook/cell-key";
import type { AppRouter } from "@/server/router";
import type { CellState } from "../../_trpc/outputs";

export const exportFormats = ["ts", "ipynb", "html", "md"] as const;
export type ExportFormat = (typeof exportFormats)[number];

const mediaTypes: Record<ExportFormat, string> = {
  ts: "text/typescript",
  ipynb: "application/x-ipynb+json",
  html: "text/html",
  md: "text/markdown",
};

/** The newest saved version, with what its cells showed in their last runs. */
export async function exportNotebook(client: TRPCClient<AppRouter>, id: string, format: ExportFormat): Promise<void> {
  const { title, text, revision } = await client.notebook.get.query({ id });
  const file = async () => {
    if (format === "ts") return text;
    const { cells } = await client.notebook.states.query({ id });
    const outputs = toOutputs(cells);
    const notebook = parse(text);
    switch (format) {
      case "ipynb":
        return (await import("@/pipelines/exchange/to-ipynb")).toIpynb(notebook, outputs);
      case "md":
        return (await import("@/pipelines/exchange/to-markdown")).toMarkdown(notebook, outputs);
      case "html": {
        const runs = [...new Set(cells.map(({ runNumber }) => runNumber))].toSorted((a, b) => b - a);
        const note = `Version ${revision}, ${new Date().toISOString().slice(0, 10)}${runs[0] === undefined ? ", not run" : `, outputs of run #${runs[0]}`}`;
        return (await import("@/pipelines/exchange/to-html")).toHtml(notebook, outputs, { fallbackTitle: title, note });
      }
    }
  };
  download(new Blob([await file()], { type: `${mediaTypes[format]};charset=utf-8` }), `${toSlug(title) || "notebook"}.${format}`);
}

function toOutputs(cells: readonly CellState[]): ReadonlyMap<string, CellOutputs> {
  return new Map(
    cells.map(({ taskKey, displays, error }) => [
      taskKey,
      { displays: displays as CellOutputs["displays"], error: error && { name: error.name, message: error.message } },
    ]),
  );
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it up by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
