/** Who is who in a workspace. */
import type { Database } from "../db/database";
import { workspaceTransaction } from "../db/tenancy";
import { AppError, notFound } from "../errors";
import type { Heddle } from "../heddle";
import { roles, type Caller } from "../trpc";
import type { MemberView, SessionView } from "./workspace-views";

export async function getSession(heddle: Heddle, caller: Caller): Promise<SessionView> {
  const [user, workspace] = await Promise.all([
    heddle.database.prisma.user.findUniqueOrThrow({ where: { id: caller.userId } }),
    workspaceTransaction(heddle.database, caller.workspaceId, (tx) => tx.workspace.findUnique({ where: { id: caller.workspaceId } })),
  ]);
  if (!workspace) throw notFound("workspace");
  return {
    user: { id: user.id, name: user.name, email: user.email, hasPassword: user.passwordHash !== null },
    workspace: { id: workspace.id, slug: workspace.slug, name: workspace.name },
    role: caller.role,
    executor: { kind: heddle.execution.kind ?? "process", notice: heddle.execution.notice },
    version: heddle.version,
  };
}

export async function listMembers(database: Database, workspaceId: string): Promise<MemberView[]> {
  return workspaceTransaction(database, workspaceId, async (tx) => {
    const members = await tx.member.findMany({
      where: { workspaceId },
      select: { userId: true, role: true, user: { select: { name: true } } },
    });
    return members
      .map(({ userId, role, user }) => ({ id: userId, name: user.name, role: roles.find((each) => each === role) ?? "viewer" }))
      .sort((a, b) => a.name.localeCompare(b.name));
  });
}

export async function renameUser(
  database: Database,
  userId: string,
  names: { readonly name: string; readonly email: string },
): Promise<void> {
  const taken = await database.prisma.user.findUnique({ where: { email: names.email } });
  if (taken && taken.id !== userId) throw new AppError("CONFLICT", "Someone else in Heddle has this e-mail already.");
  await database.prisma.user.update({ where: { id: userId }, data: names });
}
