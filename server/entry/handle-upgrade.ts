/**
 * The one place where a connection becomes a WebSocket. Only /api/live, /api/language and
 * /api/collaborate do, for a signed-in caller and a
 * page of ours (or a program with a token), and /api/worker for a worker's token; in development also Next's own reload
 * socket. Whatever else asks is refused and closed.
 */
import type http from "node:http";
import type { Duplex } from "node:stream";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer, type WebSocket } from "ws";
import { errorFields, log } from "../log";
import type { Heddle } from "../heddle";
import { appRouter } from "../router";
import type { Caller, Context } from "../trpc";
import { findWorkerCaller, type WorkerCaller } from "../workspace/api-tokens";
import { authenticate, readBearer } from "./authenticate";
import { checkHost, checkOrigin, remoteAddress } from "./request-guard";

export const livePath = "/api/live";
export const languagePath = "/api/language";
export const collaboratePath = "/api/collaborate";
export const workerPath = "/api/worker";
const recheckMs = 10_000;
/** Results with their displays (8 MB a task) and inline values of a fan-out. */
const mostWorkerMessage = 128 * 1024 * 1024;
/** A notebook as a whole; larger ones are not checked for types. */
const mostLanguageMessage = 16 * 1024 * 1024;
/** What one page changed at once, or all that it wrote while it was away. */
const mostCollaborateMessage = 24 * 1024 * 1024;

export interface LiveSockets {
  handleUpgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createLiveSockets(
  heddle: Heddle,
  devUpgrade: ((request: http.IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>) | undefined,
): LiveSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  const languageServer = new WebSocketServer({ noServer: true, maxPayload: mostLanguageMessage });
  const collaborateServer = new WebSocketServer({ noServer: true, maxPayload: mostCollaborateMessage });
  const workerServer = new WebSocketServer({ noServer: true, maxPayload: mostWorkerMessage, perMessageDeflate: false });
  const workers = new Map<WebSocket, { readonly caller: WorkerCaller; readonly token: string }>();
  const callers = new WeakMap<http.IncomingMessage, Caller>();
  const open = new Map<WebSocket, { readonly caller: Caller; readonly headers: http.IncomingHttpHeaders }>();
  const { broadcastReconnectNotification } = applyWSSHandler({
    wss: server,
    router: appRouter,
    keepAlive: { enabled: true, pingMs: 30_000, pongWaitMs: 10_000 },
    createContext: ({ req }): Context => ({
      heddle,
      caller: callers.get(req),
      request: {
        transport: "socket",
        address: remoteAddress(heddle.env, req),
        local: false,
        userAgent: req.headers["user-agent"],
        sessionToken: undefined,
        setSessionToken: () => undefined,
      },
    }),
  });

  const stopListening = heddle.revocations.listen((revocation) => {
    for (const [socket, { caller }] of open) {
      const hit =
        revocation.type === "user"
          ? caller.userId === revocation.userId
          : revocation.type === "session"
            ? caller.by.type === "session" && caller.by.sessionId === revocation.id
            : caller.by.type === "token" && caller.by.tokenId === revocation.id;
      if (hit) socket.close(4401, "signed out");
    }
    for (const [socket, { caller }] of workers) {
      if (revocation.type === "token" && revocation.id === caller.tokenId) socket.close(4401, "The token was revoked.");
    }
  });
  // Sessions also end by themselves, or in another process.
  const recheck = setInterval(() => {
    for (const [socket, { caller, headers }] of open) {
      authenticate(heddle.database, headers)
        .then((now) => {
          if (!now || now.role !== caller.role || now.workspaceId !== caller.workspaceId) socket.close(4401, "signed out");
        })
        .catch((error: unknown) => log("warn", "a socket's session could not be checked", errorFields(error)));
    }
    for (const [socket, { caller, token }] of workers) {
      findWorkerCaller(heddle.database, token)
        .then((now) => {
          if (now?.workspaceId !== caller.workspaceId) socket.close(4401, "The token is worth nothing any more.");
        })
        .catch((error: unknown) => log("warn", "a worker's token could not be checked", errorFields(error)));
    }
  }, recheckMs);
  recheck.unref();

  async function upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const path = (request.url ?? "").split("?")[0];
    if (devUpgrade && path?.startsWith("/_next/")) return devUpgrade(request, socket, head);
    if (
      (path !== livePath && path !== languagePath && path !== collaboratePath && path !== workerPath) ||
      request.method !== "GET" ||
      request.headers.upgrade?.toLowerCase() !== "websocket"
    )
      return refuse(socket, "404 Not Found");
    if (checkHost(heddle.env, request)) return refuse(socket, "400 Bad Request");
    if (checkOrigin(heddle.env, request)) return refuse(socket, "403 Forbidden");
    if (path === workerPath) return upgradeWorker(request, socket, head);
    const caller = await authenticate(heddle.database, request.headers);
    if (!caller) return refuse(socket, "401 Unauthorized");
    callers.set(request, caller);
    const sockets = path === languagePath ? languageServer : path === collaboratePath ? collaborateServer : server;
    sockets.handleUpgrade(request, socket, head, (client) => {
      open.set(client, { caller, headers: { cookie: request.headers.cookie, authorization: request.headers.authorization } });
      client.once("close", () => open.delete(client));
      client.on("error", () => client.terminate());
      if (path === languagePath) heddle.language.accept(client, caller);
      else if (path === collaboratePath) heddle.collaboration.accept(client, caller);
      else server.emit("connection", client, request);
    });
  }

  /** No cookie opens it: a page has no business there. */
  async function upgradeWorker(request: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const token = readBearer(request.headers);
    const caller = token === undefined ? undefined : await findWorkerCaller(heddle.database, token);
    if (!caller || token === undefined) return refuse(socket, "401 Unauthorized");
    workerServer.handleUpgrade(request, socket, head, (client) => {
      workers.set(client, { caller, token });
      client.once("close", () => workers.delete(client));
      client.on("error", () => client.terminate());
      heddle.workers.accept(client, caller);
    });
  }

  return {
    handleUpgrade(request, socket, head) {
      socket.on("error", () => socket.destroy());
      upgrade(request, socket, head).catch((error: unknown) => {
        log("error", "a WebSocket could not be opened", errorFields(error));
        refuse(socket, "500 Internal Server Error");
      });
    },
    close() {
      clearInterval(recheck);
      stopListening();
      broadcastReconnectNotification();
      for (const client of [...server.clients, ...languageServer.clients, ...collaborateServer.clients, ...workerServer.clients])
        client.close(1012, "restarting");
      server.close();
      languageServer.close();
      collaborateServer.close();
      workerServer.close();
    },
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
