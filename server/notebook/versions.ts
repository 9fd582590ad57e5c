/** The versions of a notebook: told with who made them, their names and runs; brought back, and begun anew from. Neighbour: store.ts. */
import type { Database } from "../db/database";
import { workspaceRead, workspaceTransaction } from "../db/tenancy";
import { notFound } from "../errors";
import type { VersionPage } from "./notebook-views";
import { setTitle } from "./set-title";
import { createNotebook, getNotebook, getNotebookVersion, saveNotebook, type Author, type Shelf } from "./store";

interface VersionRecord {
  readonly revision: number;
  readonly name: string | null;
  readonly created_at: Date;
  readonly author_id: string;
  readonly author: string;
  readonly bytes: number;
  readonly runs: readonly { readonly id: string; readonly number: number }[] | null;
  readonly run_count: number;
}

/** $1 workspace, $2 notebook, $3 revision to go on below, or null; $4 limit; $5 whether only those with a name. */
const versionsSql = `
select v.revision, v.name, v.created_at, v.created_by as author_id, coalesce(u.name, 'Heddle') as author, octet_length(v.text) as bytes,
  r.runs, coalesce(r.run_count, 0)::int as run_count
from notebook_version v
join notebook n on n.id = v.notebook_id and n.deleted_at is null
left join "user" u on u.id = v.created_by
left join lateral (
  select (array_agg(json_build_object('id', id, 'number', number) order by number desc))[1:3] as runs, count(*) as run_count
  from run where version_id = v.id and workspace_id = v.workspace_id and trigger <> 'scratch'
) r on true
where v.workspace_id = $1 and v.notebook_id = $2 and ($3::int is null or v.revision < $3) and (not $5::bool or v.name is not null)
order by v.revision desc limit $4`;

/** Newest first. */
export async function listVersions(
  database: Database,
  workspaceId: string,
  order: { readonly id: string; readonly below: number | undefined; readonly limit: number; readonly named: boolean },
): Promise<VersionPage> {
  await getNotebook(database, workspaceId, order.id);
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<VersionRecord>(versionsSql, [workspaceId, order.id, order.below ?? null, order.limit + 1, order.named]),
  );
  const page = rows.slice(0, order.limit);
  return {
    versions: page.map((row) => ({
      revision: row.revision,
      name: row.name ?? undefined,
      createdAt: row.created_at.toISOString(),
      author: { id: row.author_id, name: row.author },
      bytes: row.bytes,
      runs: row.runs ?? [],
      runCount: row.run_count,
    })),
    next: rows.length > order.limit ? page.at(-1)!.revision : undefined,
  };
}

/** Null takes its name away. */
export async function nameVersion(
  database: Database,
  workspaceId: string,
  { id, revision, name }: { readonly id: string; readonly revision: number; readonly name: string | null },
): Promise<void> {
  const count = await workspaceTransaction(
    database,
    workspaceId,
    (tx) => tx.$executeRaw`update notebook_version v set name = ${name} from notebook n
      where n.id = v.notebook_id and n.deleted_at is null and v.workspace_id = ${workspaceId} and v.notebook_id = ${id} and v.revision = ${revision}`,
  );
  if (count === 0) throw notFound("version of a notebook");
}

/** Its text becomes the newest version; what was the newest stays below it. CONFLICT when `newest` is not the newest any more. */
export async function restoreVersion(
  shelf: Shelf,
  workspaceId: string,
  author: Author,
  { id, revision, newest }: { readonly id: string; readonly revision: number; readonly newest: number },
): Promise<{ readonly revision: number }> {
  const { text } = await getNotebookVersion(shelf.database, workspaceId, id, revision);
  return saveNotebook(shelf, workspaceId, author, { id, revision: newest, text });
}

/** A notebook of its own that begins with the text of a version. */
export async function forkVersion(
  shelf: Shelf,
  workspaceId: string,
  author: Author,
  { id, revision }: { readonly id: string; readonly revision: number },
): Promise<{ readonly id: string }> {
  const { title, text } = await getNotebookVersion(shelf.database, workspaceId, id, revision);
  const forked = `${title} (from version ${revision})`.slice(0, 200);
  const made = await createNotebook(shelf, workspaceId, author, setTitle(text, forked), forked);
  return { id: made.id };
}
