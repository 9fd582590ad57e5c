import { z } from "zod";
import { AppError, notFound } from "../errors";
import { anyone, inSession, inWorkspace, roles, router } from "../trpc";
import { createApiToken, listApiTokens, revokeApiToken, workerScope } from "./api-tokens";
import { beginSession, endSession, endSessionOfToken, listSessions } from "./sessions";
import { changePassword, signInWithLink, signInWithPassword } from "./sign-in";
import { getSession, listMembers, renameUser } from "./store";
import type { ApiTokenView, BrowserView, MemberView, SessionView } from "./workspace-views";
import type { Context } from "../trpc";

const email = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase());
const password = z.string().min(1).max(1000);

export const workspaceRouter = router({
  /** Everybody in the workspace, by name. */
  members: inWorkspace("viewer").query(({ ctx }): Promise<MemberView[]> => listMembers(ctx.heddle.database, ctx.caller.workspaceId)),
  session: inWorkspace("viewer").query(({ ctx }): Promise<SessionView> => getSession(ctx.heddle, ctx.caller)),

  signIn: anyone.input(z.strictObject({ email: z.string().max(254), password })).mutation(async ({ ctx, input }): Promise<void> => {
    const { token } = await signInWithPassword(ctx.heddle.database, visitor(ctx), input.email, input.password);
    await replaceSession(ctx, token);
  }),
  /** Uses up a one-time link. On the machine that runs Heddle only. */
  openLink: anyone.input(z.strictObject({ token: z.string().max(100) })).mutation(async ({ ctx, input }): Promise<void> => {
    if (!ctx.request.local)
      throw new AppError("FORBIDDEN", "The one-time link works on the machine that runs Heddle only: open it there, at 127.0.0.1.");
    const { token } = await signInWithLink(ctx.heddle.database, visitor(ctx), input.token);
    await replaceSession(ctx, token);
  }),
  signOut: inSession("viewer").mutation(async ({ ctx }): Promise<void> => {
    await endSession(ctx.heddle.database, ctx.caller.userId, ctx.sessionId);
    ctx.heddle.revocations.announce({ type: "session", id: ctx.sessionId });
    ctx.request.setSessionToken(undefined);
  }),

  /** Name and e-mail of the caller. */
  rename: inSession("viewer")
    .input(z.strictObject({ name: z.string().trim().min(1).max(100), email }))
    .mutation(({ ctx, input }): Promise<void> => renameUser(ctx.heddle.database, ctx.caller.userId, input)),
  /** Ends every session of the caller and begins a new one for this browser. `current` may be left out where there is no password yet. */
  changePassword: inSession("viewer")
    .input(z.strictObject({ current: password.optional(), next: password }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      const { userId } = ctx.caller;
      await changePassword(ctx.heddle.database, {
        userId,
        sessionId: ctx.sessionId,
        current: input.current,
        next: input.next,
        address: ctx.request.address,
      });
      ctx.heddle.revocations.announce({ type: "user", userId });
      const { token } = await beginSession(ctx.heddle.database, { userId, ...visitor(ctx), fromLink: false });
      ctx.request.setSessionToken(token);
    }),

  /** The caller's signed-in browsers. */
  sessions: inSession("viewer").query(async ({ ctx }): Promise<BrowserView[]> => {
    const rows = await listSessions(ctx.heddle.database, ctx.caller.userId);
    return rows.map((row) => ({ ...row, current: row.id === ctx.sessionId }));
  }),
  revokeSession: inSession("viewer")
    .input(z.strictObject({ id: z.string().max(64) }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      if (!(await endSession(ctx.heddle.database, ctx.caller.userId, input.id))) throw notFound("session");
      ctx.heddle.revocations.announce({ type: "session", id: input.id });
    }),

  /** Tokens of the workspace for an owner, else the caller's own. */
  tokens: inSession("viewer").query(({ ctx }): Promise<ApiTokenView[]> => {
    return listApiTokens(ctx.heddle.database, ctx.caller.workspaceId, ctx.caller.role === "owner" ? undefined : ctx.caller.userId);
  }),
  /** The token is in this answer only. */
  createToken: inSession("viewer")
    .input(
      z.strictObject({
        name: z.string().trim().min(1).max(100),
        scope: z.enum([...roles, workerScope]),
        days: z.int().min(1).max(3650).optional(),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<{ id: string; token: string }> => {
      if (input.scope === workerScope && ctx.caller.role !== "owner")
        throw new AppError("FORBIDDEN", "A worker sees what its tasks see: only an owner of the workspace may add one.");
      return createApiToken(ctx.heddle.database, ctx.caller.workspaceId, {
        userId: ctx.caller.userId,
        name: input.name,
        scope: input.scope,
        days: input.days,
      });
    }),
  revokeToken: inSession("viewer")
    .input(z.strictObject({ id: z.string().max(64) }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      await revokeApiToken(
        ctx.heddle.database,
        ctx.caller.workspaceId,
        input.id,
        ctx.caller.role === "owner" ? undefined : ctx.caller.userId,
      );
      ctx.heddle.revocations.announce({ type: "token", id: input.id });
    }),
});

function visitor(ctx: Context) {
  return { address: ctx.request.address, userAgent: ctx.request.userAgent };
}

/** Whatever session the browser came with ends: nobody can have planted it. */
async function replaceSession(ctx: Context, token: string): Promise<void> {
  if (ctx.request.sessionToken !== undefined) {
    const id = await endSessionOfToken(ctx.heddle.database, ctx.request.sessionToken);
    if (id !== undefined) ctx.heddle.revocations.announce({ type: "session", id });
  }
  ctx.request.setSessionToken(token);
}
