"use client";
/** Joins the editors of the cells with the language server; what leads elsewhere opens a dialog or jumps. */
import { useEffect, useMemo, useState } from "react";
import type { CellPlace, DefinitionAnswer } from "@/pipelines/language/messages";
import type { Cell } from "@/pipelines/notebook/notebook";
import type { CodeIntelligence } from "../../../_code/code-intelligence";
import type { EditorActions } from "../editor-context";
import type { LanguageClient } from "./language-client";

export type LanguageDialog =
  | { readonly type: "rename"; readonly cell: string; readonly line: number; readonly column: number; readonly name: string }
  | { readonly type: "references"; readonly name: string; readonly places: readonly CellPlace[] }
  | ({ readonly type: "package" } & Pick<Extract<DefinitionAnswer, { type: "package" }>, "module" | "text" | "line">);

export interface IntelligenceParts {
  readonly cells: readonly Cell[];
  readonly actions: EditorActions;
  readonly say: (text: string) => void;
  readonly open: (dialog: LanguageDialog) => void;
}

/** Where what is asked later finds the newest parts. */
class Desk {
  private latest: IntelligenceParts | undefined;

  put(parts: IntelligenceParts): void {
    this.latest = parts;
  }

  get parts(): IntelligenceParts {
    return this.latest!;
  }
}

/** One object per cell that stays the same for as long as the server answers. */
export function useIntelligence(
  client: LanguageClient | undefined,
  ready: boolean,
  parts: IntelligenceParts,
): ((cellId: string) => CodeIntelligence) | undefined {
  const [desk] = useState(() => new Desk());
  useEffect(() => desk.put(parts));
  const of = useMemo(() => client && makeIntelligences(client, desk), [client, desk]);
  return ready ? of : undefined;
}

function makeIntelligences(client: LanguageClient, desk: Desk): (id: string) => CodeIntelligence {
  const known = new Map<string, CodeIntelligence>();
  const make = (cell: string): CodeIntelligence => ({
    complete: (text, at) => client.ask({ what: "complete", cell, ...at }, text),
    explain: (item) => client.ask({ what: "completion", item }),
    hover: (text, at) => client.ask({ what: "hover", cell, ...at }, text),
    signature: (text, at) => client.ask({ what: "signature", cell, ...at }, text),
    inlay: (text) => client.ask({ what: "inlay", cell }, text),
    define(text, at) {
      void client.ask({ what: "definition", cell, ...at }, text).then((found) => {
        const { actions, say, open } = desk.parts;
        switch (found?.type) {
          case "cell":
            return actions.jump(found.place.cell, found.place.line, found.place.column);
          case "header":
            return actions.jump(found.cell);
          case "package":
            return open(found);
          default:
            return say("There is no definition to go to here.");
        }
      });
    },
    references(text, at) {
      void findReferences(client, desk.parts.cells, cell, text, at).then(({ name, places }) => {
        if (places.length === 0) desk.parts.say("Nothing refers to what stands here.");
        else desk.parts.open({ type: "references", name, places });
      });
    },
    rename: (_text, at, name) => desk.parts.open({ type: "rename", cell, ...at, name }),
  });
  return (cell) => {
    let intelligence = known.get(cell);
    if (!intelligence) known.set(cell, (intelligence = make(cell)));
    return intelligence;
  };
}

/** Names of the notebook are found in its text, headers included; everything else the checker knows. */
async function findReferences(
  client: LanguageClient,
  cells: readonly Cell[],
  cellId: string,
  text: string,
  at: { readonly line: number; readonly column: number },
): Promise<{ name: string; places: readonly CellPlace[] }> {
  const { findNameAt, findOccurrences, readNames } = await import("@/pipelines/language/find-occurrences");
  const all = cells.map((cell) => readNames(cell.id === cellId ? { ...cell, source: text } : cell));
  const name = findNameAt(all, cellId, offsetOf(text, at));
  if (name === undefined) {
    const places = await client.ask({ what: "references", cell: cellId, ...at }, text);
    const word =
      /[\p{ID_Continue}$]*$/u.exec(text.slice(0, offsetOf(text, at)))![0] +
      /^[\p{ID_Continue}$]*/u.exec(text.slice(offsetOf(text, at)))![0];
    return { name: word, places: places ?? [] };
  }
  const places = findOccurrences(
    all,
    name,
    all.find(({ cell }) => cell.id === cellId)!,
  ).map(({ cell, start, end, option }): CellPlace => {
    const source = all.find((one) => one.cell.id === cell)!.cell.source;
    if (option !== undefined) return { cell, line: 0, column: 1, endLine: 0, endColumn: 1 };
    const before = source.slice(0, start);
    const line = before.split("\n").length;
    const column = start - before.lastIndexOf("\n");
    return { cell, line, column, endLine: line, endColumn: column + end - start };
  });
  return { name, places };
}

export function offsetOf(text: string, { line, column }: { readonly line: number; readonly column: number }): number {
  const lines = text.split("\n").slice(0, line - 1);
  return lines.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
}
