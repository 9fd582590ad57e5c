/**
 * Renaming over the whole notebook: a name has one defining cell, so all that reads it can be found and changed at once. A
 * type checker's own rename would leave `{ rows as cars }` between cells.
 */
import { knownGlobals } from "../compile/known-globals";
import { isName } from "../compile/reserved-names";
import { forEachChild, nodeAt, type SyntaxNode } from "../compile/syntax-node";
import { cellKey } from "../notebook/cell-key";
import type { Cell, NotebookEdit } from "../notebook/notebook";
import { findNameAt, findOccurrences, givesInHeader, readNames, type NamesOfCell, type Occurrence } from "./find-occurrences";

export type Renaming = { readonly edits: readonly NotebookEdit[]; readonly places: number } | { readonly fault: string };

/** Undefined when it is no name of the notebook that stands there. */
export function renameName(cells: readonly Cell[], cellId: string, offset: number, to: string): Renaming | undefined {
  const all = cells.map(readNames);
  const name = findNameAt(all, cellId, offset);
  const from = all.find(({ cell }) => cell.id === cellId)!;
  if (name === undefined) return undefined;
  if (name === to) return { edits: [], places: 0 };
  const keyOf = (cell: Cell) => cellKey(cell, cells.indexOf(cell));
  if (!isName(to)) return { fault: `"${to}" cannot be a name.` };
  const bound = all.find(({ cell }) => givesInHeader(cell, name));
  if (bound)
    return { fault: `"${name}" stands in the header of "${keyOf(bound.cell)}", where a form or a script knows it: rename it by hand.` };
  const unread = all.find(({ cell, program }) => !program && isCode(cell) && cell.source.includes(name));
  if (unread) return { fault: `"${keyOf(unread.cell)}" mentions "${name}" and cannot be read: mend its syntax first.` };
  const occurrences = findOccurrences(all, name, from);
  const touched = new Set(occurrences.map(({ cell }) => cell));
  const isAlone = touched.size <= 1;
  if (to.startsWith("_") && !isAlone) return { fault: `A name that starts with _ is private to its cell, and other cells read "${name}".` };
  if (knownGlobals.has(to)) return { fault: `"${to}" is a global of JavaScript or Node.` };
  const clash = all.find(
    (one) =>
      (touched.has(one.cell.id) && mentions(one, to)) ||
      (!to.startsWith("_") && (one.defined.has(to) || uses(one, to) || givesInHeader(one.cell, to))),
  );
  if (clash) return { fault: `"${to}" already means something in "${keyOf(clash.cell)}".` };
  return { edits: toEdits(all, occurrences, name, to), places: occurrences.length };
}

function toEdits(all: readonly NamesOfCell[], occurrences: readonly Occurrence[], name: string, to: string): readonly NotebookEdit[] {
  const edits: NotebookEdit[] = [];
  for (const { cell } of all) {
    const own = occurrences.filter((one) => one.cell === cell.id);
    const inText = own.filter(({ option }) => option === undefined);
    const shown = cell.kind === "approval" ? cell.source.replaceAll(`\${${name}}`, `\${${to}}`) : cell.source;
    const source = replace(shown, inText, name, to);
    if (source !== cell.source) edits.push({ type: "set-source", id: cell.id, source });
    if (inText.length < own.length) {
      const options = cell.options.map((option, index) => {
        const inOption = own.filter((one) => one.option === index);
        return inOption.length > 0 ? { key: option.key, value: replace(option.value ?? "", inOption, name, to) } : option;
      });
      edits.push({ type: "set-options", id: cell.id, options });
    }
  }
  return edits;
}

function replace(text: string, places: readonly Occurrence[], name: string, to: string): string {
  let out = text;
  for (const { start, end, form } of [...places].sort((a, b) => b.start - a.start)) {
    const word = form === "property" ? `${name}: ${to}` : form === "import" ? `${name} as ${to}` : to;
    out = out.slice(0, start) + word + out.slice(end);
  }
  return out;
}

function isCode({ kind }: Cell): boolean {
  return kind === "code" || kind === "params";
}

function uses({ occurrences }: NamesOfCell, name: string): boolean {
  return occurrences.some((one) => one.name === name);
}

/** Whether a name stands anywhere in a cell's text as a variable, in whatever scope. */
function mentions({ program, elements, occurrences }: NamesOfCell, name: string): boolean {
  if (elements.has(name) || occurrences.some((one) => one.name === name)) return true;
  let found = false;
  const walk = (node: SyntaxNode, isLabel: boolean): void => {
    if (found) return;
    if (node.type === "Identifier" && node["name"] === name && !isLabel) found = true;
    const key = nodeAt(node, "key") ?? nodeAt(node, "property");
    forEachChild(node, (child) => walk(child, child === key && node["computed"] !== true && node["shorthand"] !== true));
  };
  if (program) walk(program, false);
  return found;
}
