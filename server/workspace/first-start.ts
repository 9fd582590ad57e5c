/** What the very first start leaves behind: an owner, a workspace, the examples; their data follows once packages are installed. Repeatable: what is there stays. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Database } from "../db/database";
import { createNotebook, type Shelf } from "../notebook/store";
import { seedExampleData } from "./example-data";

export const firstWorkspaceId = "home";

export interface FirstStart {
  readonly userId: string;
  readonly workspaceId: string;
  /** The first one is run. */
  readonly notebookIds: readonly string[];
}

/** Undefined when there is a workspace already. */
export async function makeFirstWorkspace(shelf: Shelf, examplesDir: string): Promise<FirstStart | undefined> {
  const { database } = shelf;
  // Plain SQL here and below: at every start, and Prisma's first query takes longer than all else of it.
  const { rows } = await database.pool.query<{ any: boolean }>("select exists (select from workspace) as any");
  if (rows[0]!.any) return undefined;
  const userId = crypto.randomUUID();
  const workspaceId = firstWorkspaceId;
  await database.prisma.$transaction([
    database.prisma.user.create({ data: { id: userId, name: "Owner", email: "owner@localhost" } }),
    database.prisma.workspace.create({ data: { id: workspaceId, slug: "home", name: "Home" } }),
    database.prisma.member.create({ data: { workspaceId, userId, role: "owner" } }),
  ]);
  const notebookIds: string[] = [];
  // The last one made is the first in the list.
  for (const { title, text } of readExamples(examplesDir).reverse()) {
    const { id } = await createNotebook(shelf, workspaceId, { userId }, text, title);
    notebookIds.unshift(id);
  }
  return { userId, workspaceId, notebookIds };
}

/** The example that shows most in least time comes first, and is the one that is run. */
const firstExample = "fuel-economy.ts";

function readExamples(dir: string): { readonly title: string; readonly text: string }[] {
  if (!fs.existsSync(dir)) return [];
  return fs
    .readdirSync(dir)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.endsWith(".d.ts"))
    .sort((a, b) => Number(b === firstExample) - Number(a === firstExample) || (a < b ? -1 : 1))
    .map((name) => ({ title: name.replace(/\.ts$/, "").replaceAll("-", " "), text: fs.readFileSync(path.join(dir, name), "utf8") }))
    .filter(({ text }) => /^\/\/ (%%|---)/m.test(text));
}

/**
 * The data sets of the examples, out of the environment's packages. Only into an empty folder: what its owner threw away
 * does not come back.
 */
export async function copyExampleData(environment: string, dataDir: string): Promise<void> {
  if (fs.readdirSync(dataDir).length > 0) return;
  for (const name of await seedExampleData(environment, dataDir)) {
    // Tasks read them as another user, whatever the umask was.
    fs.chmodSync(path.join(dataDir, name), 0o644);
  }
}

/** The owner who has not chosen a password yet, if there is one: a sign-in link is printed for them at every start. */
export async function findOwnerWithoutPassword(database: Database): Promise<string | undefined> {
  const { rows } = await database.pool.query<{ id: string }>(
    `select u.id from member m join "user" u on u.id = m.user_id
     where m.role = 'owner' and u.password_hash is null order by m.created_at limit 1`,
  );
  return rows[0]?.id;
}
