/** Where a query stands in the texts of all cells, and what replacing makes of them. Pure. */
import type { Cell } from "@/pipelines/notebook/notebook";

export interface FindQuery {
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
}

export interface Match {
  readonly cell: string;
  readonly from: number;
  readonly to: number;
}

export interface Found {
  readonly matches: readonly Match[];
  /** There are more than were looked for. */
  readonly cut: boolean;
  /** What is wrong with the expression. */
  readonly fault: string | undefined;
}

export const mostMatches = 10_000;
const nothing: Found = { matches: [], cut: false, fault: undefined };

/** Undefined for an empty query; a text for one that is no expression. */
export function toExpression({ text, regex, matchCase, wholeWord }: FindQuery): RegExp | string | undefined {
  if (text === "") return undefined;
  const body = regex ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  // Names may hold a dollar sign and letters of every script: \b knows of neither.
  const source = wholeWord ? `(?<![\\p{ID_Continue}$])(?:${body})(?![\\p{ID_Continue}$])` : body;
  try {
    return new RegExp(source, `gm${matchCase ? "" : "i"}${wholeWord || /\\[pP]\{/.test(body) ? "u" : ""}`);
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: \/.*\/\w*: /s, "");
  }
}

export function findMatches(cells: readonly Cell[], query: FindQuery): Found {
  const expression = toExpression(query);
  if (expression === undefined) return nothing;
  if (typeof expression === "string") return { ...nothing, fault: expression };
  const matches: Match[] = [];
  for (const cell of cells) {
    for (const match of cell.source.matchAll(expression)) {
      // What is nowhere cannot be shown.
      if (match[0] === "") continue;
      if (matches.length === mostMatches) return { matches, cut: true, fault: undefined };
      matches.push({ cell: cell.id, from: match.index, to: match.index + match[0].length });
    }
  }
  return { matches, cut: false, fault: undefined };
}

export interface Replacement {
  readonly edits: readonly { readonly type: "set-source"; readonly id: string; readonly source: string }[];
  readonly count: number;
}

/** `only`: this place alone. In an expression `$1`, `$<name>`, `$&`, `\n` and `\t` in `by` mean what they do elsewhere. */
export function replaceMatches(cells: readonly Cell[], query: FindQuery, by: string, only?: Match): Replacement {
  const expression = toExpression(query);
  if (!(expression instanceof RegExp)) return { edits: [], count: 0 };
  const template = query.regex ? by.replace(/\\([nt\\])/g, (_, letter: string) => ({ n: "\n", t: "\t" })[letter] ?? letter) : by;
  let count = 0;
  const edits = cells.flatMap((cell): Replacement["edits"] => {
    if (only !== undefined && only.cell !== cell.id) return [];
    let source = "";
    let at = 0;
    for (const match of cell.source.matchAll(expression)) {
      if (match[0] === "" || (only !== undefined && match.index !== only.from)) continue;
      source += cell.source.slice(at, match.index) + (query.regex ? expand(template, match) : template);
      at = match.index + match[0].length;
      count++;
    }
    source += cell.source.slice(at);
    return source === cell.source ? [] : [{ type: "set-source", id: cell.id, source }];
  });
  return { edits, count };
}

function expand(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(?:\$|&|(\d{1,2})|<([^>]*)>)/g, (whole, digits: string | undefined, name: string | undefined) => {
    if (digits !== undefined) return Number(digits) < match.length ? (match[Number(digits)] ?? "") : whole;
    if (name !== undefined) return match.groups?.[name] ?? "";
    return whole === "$$" ? "$" : match[0];
  });
}
