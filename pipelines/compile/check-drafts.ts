/** Edges that cannot be: `after` what is no task, handlers waited for, elements that escape their cell, cycles. */
import { toSlug } from "../notebook/cell-key";
import type { Draft } from "./draft-task";
import { isOneEditAway } from "./parse-options";
import type { CompiledCell } from "./read-cells";
import { placeInHeader, placeInSource, placeOfOption, type Reporter } from "./reporter";

export function readAfter(cell: CompiledCell, cells: readonly CompiledCell[], reporter: Reporter): readonly string[] {
  const keys: string[] = [];
  for (const name of cell.parsed.options.after) {
    const key = [name, toSlug(name)].find((one) => cells.some((other) => other.key === one));
    const other = key === undefined ? undefined : cells.find((one) => one.key === key);
    if (other?.isTask || other?.isDisabled) {
      keys.push(other.key);
      continue;
    }
    reporter.bar(cell);
    const tasks = cells.filter((one) => one.isTask).map((one) => one.key);
    const near = tasks.find((one) => isOneEditAway(one, toSlug(name)));
    const why = other
      ? `"${name}" is no task: ${other.kind === "code" ? "it only defines things" : `a ${other.cell.kind} cell does not run`}.`
      : `There is no task "${name}".${near ? ` Did you mean "${near}"?` : ""}`;
    reporter.report(
      "unknown-task",
      placeOfOption(cell, "after"),
      `${why} after= takes keys of tasks: ${tasks.join(", ") || "there are none"}.`,
    );
  }
  return keys;
}

export function checkStrays({ cell, reach, expand }: Draft, reporter: Reporter): void {
  if (reach.strays.length === 0 && expand.strays.length === 0) return;
  const strays = [...reach.strays, ...expand.strays];
  for (const { name, home } of new Map(strays.map((one) => [`${one.name} ${one.home.key}`, one])).values()) {
    reporter.bar(cell);
    reporter.report(
      "bad-each",
      placeOfOption(home, "each"),
      `"${name}" is bound by each in "${home.key}", and a definition there that reads it is used in "${cell.key}". Pass it as an argument instead.`,
    );
  }
}

/** Handlers run after all other tasks have ended: no other task can wait for one. */
export function checkHandlers(draft: Draft, drafts: ReadonlyMap<string, Draft>, reporter: Reporter): void {
  if (draft.cell.parsed.options.on) return;
  for (const key of draft.upstream) {
    const on = drafts.get(key)?.cell.parsed.options.on;
    if (!on) continue;
    reporter.bar(draft.cell);
    reporter.report(
      "bad-header",
      placeOfNeed(draft, key),
      `"${key}" is a handler (on=${on}): it runs when all other tasks have ended, so "${draft.cell.key}" cannot wait for it. Give this cell on=${on} too.`,
    );
  }
}

export function reportCycle(cycle: readonly string[], drafts: ReadonlyMap<string, Draft>, reporter: Reporter): void {
  const path = [...cycle, cycle[0]!];
  const ties: string[] = [];
  cycle.forEach((key, i) => {
    const draft = drafts.get(key)!;
    const upstream = path[i + 1]!;
    const names = draft.values.filter((value) => value.home.key === upstream).map((value) => value.name);
    ties.push(names.length > 0 ? `"${key}" reads ${names.sort().join(", ")} of "${upstream}"` : `"${key}" says after=${upstream}`);
  });
  for (const [i, key] of cycle.entries()) {
    const draft = drafts.get(key)!;
    const upstream = path[i + 1]!;
    const others = cycle
      .filter((other) => other !== key)
      .map((other) => ({
        ...placeInHeader(drafts.get(other)!.cell, (spans) => spans.line),
        message: `"${other}" is part of the cycle.`,
      }));
    reporter.report(
      "dependency-cycle",
      placeOfNeed(draft, upstream),
      `These cells wait for each other: ${path.join(" → ")}. ${ties.join("; ")}. Move what both need into a cell of its own.`,
      others,
    );
  }
}

/** Where a cell first mentions what it needs of another. */
function placeOfNeed(draft: Draft, upstream: string) {
  const { cell } = draft;
  for (const unit of cell.analysis.units) {
    for (const [name, use] of unit.references.uses) {
      const found = use.value && draft.values.some((value) => value.name === name && value.home.key === upstream);
      if (found) return placeInSource(cell, use);
    }
  }
  return placeInHeader(cell, (spans) => spans.line);
}
