/**
 * The bases of every procedure: there are three, and each router uses one of them. Authentication and the workspace are
 * decided here and nowhere else. Neighbours: router.ts (the roof), errors.ts (AppError → TRPCError).
 */
import { initTRPC, TRPCError } from "@trpc/server";

export type Role = "owner" | "editor" | "runner" | "viewer";

export interface Context {
  /** Undefined: not signed in. */
  readonly caller: Caller | undefined;
}

export interface Caller {
  readonly userId: string;
  readonly workspaceId: string;
  readonly role: Role;
}

const t = initTRPC.context<Context>().create();

export const router = t.router;

const ranks: Record<Role, number> = { viewer: 0, runner: 1, editor: 2, owner: 3 };

/** Every procedure but the sign-in: the caller is a member of the workspace with at least this role. */
export function inWorkspace(role: Role) {
  return t.procedure.use(({ ctx, next }) => {
    if (!ctx.caller) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
    if (ranks[ctx.caller.role] < ranks[role]) {
      throw new TRPCError({ code: "FORBIDDEN", message: `This needs the role ${role} in the workspace; yours is ${ctx.caller.role}.` });
    }
    return next({ ctx: { caller: ctx.caller } });
  });
}
