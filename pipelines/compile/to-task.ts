/** Draft → Task: the program and all that the DAG says of it. */
import { buildProgram } from "./build-program";
import type { Task } from "./dag";
import type { Draft } from "./draft-task";
import { findDatasets } from "./find-datasets";
import { findNotebooks } from "./find-notebooks";
import type { Definition, Names } from "./find-names";
import { fingerprint } from "./fingerprint";
import type { CompiledCell } from "./read-cells";
import { sortBy } from "./sort-by";

export function toTask(draft: Draft, names: Names, classes: readonly Definition[], outputs: readonly Definition[]): Task {
  const { cell, reach, expand } = draft;
  const { options, settings } = cell.parsed;
  const foreign = (values: Iterable<Definition>) =>
    [...new Set([...values].filter((one) => one.home !== cell).map(names.storedName))].sort();
  const paramNames = (...reaches: Draft["reach"][]) =>
    [...new Set(reaches.flatMap(({ params }) => [...params].map((one) => one.name)))].sort();
  const needs = new Map<string, Set<string>>(draft.after.map((key) => [key, new Set()]));
  for (const value of draft.values) {
    const list = needs.get(value.home.key) ?? new Set();
    needs.set(value.home.key, list.add(names.storedName(value)));
  }
  const notebooks = findNotebooks(draft, names);
  const isCode = cell.kind === "code";
  // What waits runs nothing of its own: its program, if any, is its `when`.
  const isHeld = cell.kind === "approval" || cell.kind === "wait";
  const program = isCode
    ? buildProgram({ cell, names, reach, outputs, classes, withOwnText: true })
    : isHeld
      ? buildProgram({ cell, names, reach, outputs: [], classes, withOwnText: false })
      : bodyOf(cell);
  const expandProgram = cell.each && buildProgram({ cell, names, reach: expand, outputs: [], classes, withOwnText: false });
  return {
    key: cell.key,
    title: cell.cell.title,
    cell: cell.cell.id,
    kind: cell.kind as Task["kind"],
    needs: sortBy(needs, ([task]) => task).map(([task, list]) => ({ task, names: [...list].sort() })),
    params: paramNames(reach, expand),
    outputs: outputs.map(names.storedName),
    display: cell.analysis.display !== undefined || cell.kind === "sql",
    datasets: findDatasets(draft, names),
    ...(notebooks && { notebooks }),
    program,
    expandProgram,
    reads: { task: foreign(reach.values), expand: foreign(expand.values) },
    paramReads: { task: paramNames(reach), expand: paramNames(expand) },
    settings,
    ...(cell.kind === "approval" && { body: cell.cell.source }),
    each: cell.each?.variables,
    when: cell.parsed.when,
    options: { ...options, after: [...draft.after].sort() },
    fingerprint: fingerprint(cell, reach, expand, program),
  };
}

function bodyOf(cell: CompiledCell): Task["program"] {
  return {
    text: cell.cell.source,
    imports: [],
    lines: [],
    display: undefined,
    classes: [],
    ownClasses: [],
    dynamicImports: [],
    returns: [],
  };
}
