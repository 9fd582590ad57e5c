/**
 * The bases of every procedure: `anyone` (a list of two, checked by a test), `inWorkspace(role)` and `inSession(role)`.
 * Authentication and the workspace are decided by entry/authenticate.ts, and demanded here and nowhere else.
 * Neighbours: router.ts (the roof), errors.ts (AppError, the words of an answer), heddle.ts (what procedures work with).
 */
import { initTRPC, TRPCError } from "@trpc/server";
import { publicMessage } from "./errors";
import type { Heddle } from "./heddle";

export const roles = ["owner", "editor", "runner", "viewer"] as const;
export type Role = (typeof roles)[number];

export interface Context {
  readonly heddle: Heddle;
  /** Undefined: not signed in. */
  readonly caller: Caller | undefined;
  readonly request: RequestFacts;
}

export interface Caller {
  readonly userId: string;
  readonly workspaceId: string;
  readonly role: Role;
  readonly by: { readonly type: "session"; readonly sessionId: string } | { readonly type: "token"; readonly tokenId: string };
}

export interface RequestFacts {
  /** Over a socket there are subscriptions only. */
  readonly transport: "http" | "socket";
  readonly address: string;
  /** Came from this machine, without a proxy. */
  readonly local: boolean;
  readonly userAgent: string | undefined;
  /** The session token that the browser sent, whether valid or not. */
  readonly sessionToken: string | undefined;
  /** Undefined takes the cookie away. */
  setSessionToken(token: string | undefined): void;
}

export interface Access {
  readonly access: "anyone" | Role;
}

const t = initTRPC
  .context<Context>()
  .meta<Access>()
  .create({
    isDev: false,
    errorFormatter: ({ shape, error, path }) => ({
      ...shape,
      message: publicMessage(error, path),
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path },
    }),
  });

export const router = t.router;

const ranks: Record<Role, number> = { viewer: 0, runner: 1, editor: 2, owner: 3 };

export function lesserRole(a: Role, b: Role): Role {
  return ranks[a] <= ranks[b] ? a : b;
}

/** For what is no procedure. */
export function mayDo(caller: Caller, role: Role): boolean {
  return ranks[caller.role] >= ranks[role];
}

const base = t.procedure.use(({ ctx, type, next }) => {
  if (ctx.request.transport === "socket" && type !== "subscription") {
    throw new TRPCError({ code: "METHOD_NOT_SUPPORTED", message: "Queries and mutations go over HTTP." });
  }
  return next();
});

/** For those who are not signed in yet. Every use is listed in the inventory test. */
export const anyone = base.meta({ access: "anyone" });

/** The caller is a member of the workspace with at least this role. */
export function inWorkspace(role: Role) {
  return base.meta({ access: role }).use(({ ctx, next }) => {
    if (!ctx.caller) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
    if (!mayDo(ctx.caller, role)) {
      throw new TRPCError({ code: "FORBIDDEN", message: `This needs the role ${role} in the workspace; yours is ${ctx.caller.role}.` });
    }
    return next({ ctx: { caller: ctx.caller } });
  });
}

/** As `inWorkspace`, for what an API token may never do: passwords, sessions, further tokens. */
export function inSession(role: Role) {
  return inWorkspace(role).use(({ ctx, next }) => {
    if (ctx.caller.by.type !== "session") {
      throw new TRPCError({ code: "FORBIDDEN", message: "An API token may not do this: sign in with a browser." });
    }
    return next({ ctx: { caller: ctx.caller, sessionId: ctx.caller.by.sessionId } });
  });
}
