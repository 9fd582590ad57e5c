/** `each="x of xs, y of ys"` → variables with the tree of each source. */
import type { EachVariable } from "./dag";
import { findReferences, type References } from "./find-references";
import { parseCellExpression } from "./parse-cell";
import { printShape } from "./print-shape";
import { hasReservedName } from "./reserved-names";

export interface ParsedExpression {
  readonly text: string;
  readonly references: References;
  readonly shape: string;
}

export type ParsedEach =
  { readonly variables: readonly EachVariable[]; readonly sources: readonly ParsedExpression[] } | { readonly fault: string };

const clause = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s+of\s+([\s\S]*\S)\s*$/u;

export function parseEach(text: string): ParsedEach {
  const shape = `Write each="x of xs" or each="x of xs, y of ys".`;
  const variables: EachVariable[] = [];
  const sources: ParsedExpression[] = [];
  for (const part of text.split(/,(?=\s*[\p{ID_Start}$_][\p{ID_Continue}$]*\s+of\s)/u)) {
    const found = clause.exec(part);
    if (!found) return { fault: `each="${text}" does not say what to go over. ${shape}` };
    const [, name, source] = found as unknown as [string, string, string];
    if (hasReservedName(name)) return { fault: `"${name}" is a word of the language and cannot name an element.` };
    if (variables.some((one) => one.name === name)) return { fault: `"${name}" is bound twice in each: give each list a name of its own.` };
    const parsed = parseExpressionText(source);
    if ("fault" in parsed) return { fault: `"${source}" in each is no expression: ${parsed.fault} ${shape}` };
    variables.push({ name, source });
    sources.push(parsed);
  }
  if (variables.length > 2) return { fault: `each goes over one list or two, not ${variables.length}. Combine lists in a cell before.` };
  return { variables, sources };
}

export function parseExpressionText(text: string): ParsedExpression | { readonly fault: string } {
  const parsed = parseCellExpression(text);
  if ("error" in parsed) return { fault: `${parsed.error.message}` };
  return { text, references: findReferences([parsed.expression]), shape: printShape([parsed.expression]) };
}
