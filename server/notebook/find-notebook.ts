/** The notebook that a cell names in `runNotebook("…")`: by its title, the slug of its title, or its id. */
import { toSlug } from "@/pipelines/notebook/cell-key";
import type { RunSpec } from "@/pipelines/run/run";
import type { Pool } from "../db/pool";

export interface FoundNotebook {
  readonly notebookId: string | undefined;
  readonly versionId: string | undefined;
  readonly version: { readonly id: string; readonly title: string; readonly text: string };
}

/** Its newest version, or why there is none, in a sentence. `caller` is the run that asks. */
export type FindNotebook = (
  caller: Pick<RunSpec, "workspaceId" | "notebookId">,
  name: string,
) => Promise<FoundNotebook | { readonly message: string }>;

export function createFindNotebook(pool: Pool): FindNotebook {
  return async ({ workspaceId }, name) => {
    const { rows } = await pool.query<{ id: string; title: string }>(
      "select id, title from notebook where workspace_id = $1 and deleted_at is null order by title, id",
      [workspaceId],
    );
    const chosen = chooseByName(rows, name);
    if ("message" in chosen) return chosen;
    const { rows: versions } = await pool.query<{ id: string; text: string }>(
      "select id, text from notebook_version where workspace_id = $1 and notebook_id = $2 order by revision desc limit 1",
      [workspaceId, chosen.id],
    );
    const version = versions[0];
    if (!version) return { message: `The notebook “${chosen.title}” has no saved version.` };
    return { notebookId: chosen.id, versionId: version.id, version: { ...version, title: chosen.title } };
  };
}

/** An id, a title, or what a title is called in addresses; the first of these that fits one alone. */
export function chooseByName<T extends { readonly id: string; readonly title: string }>(
  notebooks: readonly T[],
  name: string,
): T | { readonly message: string } {
  // A file is called as its notebook is: what runs from files beside each other runs on a server, too.
  const slug = toSlug(name.replace(/^(?:.*\/)?([^/]+)\.ts$/, "$1"));
  for (const fits of [(one: T) => one.id === name, (one: T) => one.title === name, (one: T) => slug !== "" && toSlug(one.title) === slug]) {
    const found = notebooks.filter(fits);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) {
      return {
        message: `${found.length} notebooks are called “${found[0]!.title}”. Give them titles of their own, or name one by its id: ${found.map(({ id }) => id).join(", ")}.`,
      };
    }
  }
  const near = notebooks
    .map((one) => ({ one, distance: distanceOf(slug, toSlug(one.title)) }))
    .filter(({ distance }) => distance <= 0.5)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ one }) => `“${one.title}”`);
  const hint = near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
  return { message: `There is no notebook called “${name}”.${hint}` };
}

/** 0: alike; 1: nothing in common. A word of the other's, or few letters to change. */
function distanceOf(a: string, b: string): number {
  if (a === "" || b === "") return 1;
  if (a.includes(b) || b.includes(a)) return 0.25;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]! / Math.max(a.length, b.length);
}
