import { sqlOf } from "./check-sql";
import type { Task } from "./dag";
import type { Draft } from "./draft-task";
import type { Names } from "./find-names";
import { isImportOf, referencesOf } from "./references-of";

/** Files that a task names: their hashes are part of its cache key. */
export function findDatasets(draft: Draft, names: Names): Task["datasets"] {
  const found = new Set<string>();
  if (draft.cell.kind === "sql") {
    const { files } = sqlOf(draft.cell);
    if (files.some(({ name }) => /[*?[]/.test(name))) return "any";
    for (const { name } of files) found.add(name);
  }
  const isSdk = isImportOf(names, "heddle");
  for (const [references, home] of referencesOf(draft)) {
    const calls = references.calls.filter((call) => isSdk(call.name, home, "dataset"));
    for (const { argument } of calls) {
      if (argument === undefined) return "any";
      found.add(argument);
    }
    for (const [name, use] of references.uses) {
      if (!use.value) continue;
      // The function itself is handed on, or the whole SDK is: what is read cannot be told from the text.
      if (isSdk(name, home, "*") || (isSdk(name, home, "dataset") && calls.length === 0)) return "any";
    }
  }
  return [...found].sort();
}
