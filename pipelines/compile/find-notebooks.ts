import type { Task } from "./dag";
import type { Draft } from "./draft-task";
import type { Names } from "./find-names";
import { isImportOf, referencesOf } from "./references-of";

/** Notebooks that a task runs with `runNotebook`: undefined for none, "any" where the text does not say which. */
export function findNotebooks(draft: Draft, names: Names): Task["notebooks"] {
  const found = new Set<string>();
  const isSdk = isImportOf(names, "heddle");
  for (const [references, home] of referencesOf(draft)) {
    const calls = references.calls.filter((call) => isSdk(call.name, home, "runNotebook"));
    for (const { argument } of calls) {
      if (argument === undefined) return "any";
      found.add(argument);
    }
    for (const [name, use] of references.uses) if (use.value && calls.length === 0 && isSdk(name, home, "runNotebook")) return "any";
  }
  return found.size === 0 ? undefined : [...found].sort();
}
