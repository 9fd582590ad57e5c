/**
 * Notebooks that several people write at once: Hocuspocus keeps their shared documents in memory and passes on what each
 * page changes; saving is notebook/store.ts's. What a page is told to be saved is in the database by then. A document is
 * forgotten when it is saved and nobody has it open. Who may come in is decided by entry/handle-upgrade.ts; who may write, here.
 * Neighbours: pipelines/together (the document and the words), message-limit.ts.
 */
import { Hocuspocus, type Connection, type Document } from "@hocuspocus/server";
import type { WebSocket } from "ws";
import * as Y from "yjs";
import { notThere, type ServerWord } from "@/pipelines/together/messages";
import { AppError } from "../errors";
import { errorFields, log } from "../log";
import { notebookHub } from "../notebook/notebook-hub";
import { openShared, saveShared, type Shelf } from "../notebook/store";
import { mayDo, type Caller } from "../trpc";
import { MessageLimit } from "./message-limit";
import { readPageWord } from "./page-word";

interface Visit {
  readonly caller: Caller;
  readonly name: string;
}

interface Open {
  readonly name: string;
  readonly document: Document;
  readonly workspaceId: string;
  /** The version that this document has taken in. */
  knows: number;
  /** Somebody wrote since the last save began. */
  changed: boolean;
  /** Who did. */
  author: string;
  saving: Promise<number> | undefined;
  again: NodeJS.Timeout | undefined;
}

export type CollaborationOptions = Shelf;

/** What was written is saved after so long a pause, and at least so often; a page asks for it sooner. */
const quietMs = 1_000;
const mostQuietMs = 3_000;
/** How soon a version that another server saved is seen here. */
const lookMs = 1_000;
const againMs = 3_000;
const mostSockets = 1_000;
const mostOfOneUser = 30;
const mostPresence = 4_000;

/** Taken in from the database: nothing to save. */
const takenIn = { source: "local", skipStoreHooks: true } as const;

export class Collaboration {
  private readonly hocuspocus: Hocuspocus<Visit>;
  private readonly opened = new WeakMap<Document, Open>();
  private readonly sockets = new Map<WebSocket, Caller>();
  private readonly looker: NodeJS.Timeout;
  private readonly unsubscribe: () => void;
  private looking = false;
  private closed = false;

  constructor(private readonly options: CollaborationOptions) {
    this.hocuspocus = new Hocuspocus<Visit>({
      quiet: true,
      timeout: 30_000,
      debounce: quietMs,
      maxDebounce: mostQuietMs,
      maxPendingDocuments: 1,
      onAuthenticate: async ({ context, documentName, connectionConfig }) => {
        connectionConfig.readOnly = !mayDo(context.caller, "editor");
        try {
          // A stranger's notebook is not there, and begins no document.
          await openShared(options.database, context.caller.workspaceId, documentName);
        } catch (error) {
          if (!isNotFound(error))
            log("warn", "a notebook could not be opened to be written", { ...errorFields(error), name: documentName });
          throw Object.assign(new Error(), { reason: isNotFound(error) ? notThere : "The server could not open the notebook." });
        }
        const user = await options.database.prisma.user.findUnique({ where: { id: context.caller.userId }, select: { name: true } });
        return { name: user?.name ?? "Somebody" };
      },
      onLoadDocument: async ({ context, documentName, document }) => {
        const { workspaceId, userId } = context.caller;
        const stored = await openShared(options.database, workspaceId, documentName);
        Y.applyUpdate(document, stored.state, takenIn);
        this.opened.set(document, {
          name: documentName,
          document,
          workspaceId,
          knows: stored.revision,
          changed: false,
          author: userId,
          saving: undefined,
          again: undefined,
        });
      },
      beforeHandleAwareness: async ({ states, connection }) => {
        const visit = connection?.context;
        for (const [id, state] of states) {
          if (!visit || JSON.stringify(state).length > mostPresence) states.delete(id);
          // Nobody passes for somebody else.
          else state.user = { id: visit.caller.userId, name: visit.name };
        }
      },
      onChange: async ({ document, connection }) => {
        const open = this.opened.get(document);
        if (!open || !connection) return;
        open.changed = true;
        open.author = connection.context.caller.userId;
      },
      onStoreDocument: async ({ document }) => {
        const open = this.opened.get(document);
        if (open) await this.save(open).catch(() => this.saveLater(open));
      },
      onStateless: async ({ document, connection, payload }) => this.hear(document, connection, payload),
      beforeUnloadDocument: async ({ document }) => {
        const open = this.opened.get(document);
        if (open && (open.changed || open.saving)) throw new Error();
        clearTimeout(open?.again);
      },
    });
    this.unsubscribe = notebookHub.subscribe(({ type, notebookId }) => {
      if (type === "text") void this.look([notebookId]);
    });
    this.looker = setInterval(() => void this.look([...this.hocuspocus.documents.keys()]), lookMs);
    this.looker.unref();
  }

  /** Documents in memory. */
  get size(): number {
    return this.hocuspocus.getDocumentsCount();
  }

  /** A socket that was let in. */
  accept(socket: WebSocket, caller: Caller): void {
    const mine = [...this.sockets.values()].filter(({ userId }) => userId === caller.userId).length;
    if (this.closed || this.sockets.size >= mostSockets || mine >= mostOfOneUser) {
      socket.close(4429, "Too many notebooks are open.");
      return;
    }
    this.sockets.set(socket, caller);
    const limit = new MessageLimit();
    // Of the request nothing is needed any more, least of all its cookies.
    const connection = this.hocuspocus.handleConnection(socket, new Request("http://heddle/"), { caller, name: "" });
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (!isBinary) return socket.close(1003, "Binary messages only.");
      if (!limit.allows(data.byteLength)) return socket.close(4429, "Too much at once.");
      try {
        connection.handleMessage(new Uint8Array(data));
      } catch {
        socket.close(1002, "This is no message of ours.");
      }
    });
    socket.once("close", (code, reason) => {
      this.sockets.delete(socket);
      connection.handleClose({ code, reason: reason.toString() });
    });
  }

  /** Saves what is not saved. Sockets are closed by then. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.looker);
    this.unsubscribe();
    for (const document of this.hocuspocus.documents.values()) {
      const open = this.opened.get(document);
      clearTimeout(open?.again);
      if (open) await this.save(open).catch(() => undefined);
    }
    this.hocuspocus.closeConnections();
  }

  private async hear(document: Document, connection: Connection<Visit>, payload: string): Promise<void> {
    const open = this.opened.get(document);
    const word = readPageWord(payload);
    if (!open || !word) return;
    const { n } = word;
    const answer = (answered: ServerWord) => connection.sendStateless(JSON.stringify(answered));
    try {
      answer({ type: "stored", n, revision: await this.save(open) });
    } catch (error) {
      answer({ type: "failed", n, message: error instanceof AppError ? error.message : "The server could not save." });
      this.saveLater(open);
    }
  }

  /** Everything that came in before this call. One save at a time; who asks meanwhile shares the next. */
  private async save(open: Open): Promise<number> {
    while (open.saving) await open.saving.catch(() => undefined);
    if (!open.changed) return open.knows;
    open.changed = false;
    open.saving = saveShared(
      this.options,
      open.workspaceId,
      { userId: open.author },
      { id: open.name, doc: open.document, knows: open.knows, takeIn: (state) => Y.applyUpdate(open.document, state, takenIn) },
    )
      .then(({ revision }) => (open.knows = revision))
      .catch((error: unknown) => {
        log("warn", "a notebook could not be saved", { ...errorFields(error), name: open.name });
        // Deleted meanwhile: whoever has it open is told when they come back.
        if (isNotFound(error)) setImmediate(() => open.document.getConnections().forEach((each) => each.webSocket.close(4404, notThere)));
        else open.changed = true;
        throw error;
      })
      .finally(() => {
        open.saving = undefined;
        if (open.document.getConnectionsCount() === 0) void this.hocuspocus.unloadDocument(open.document);
      });
    return open.saving;
  }

  private saveLater(open: Open): void {
    if (this.closed || open.again || !open.changed) return;
    open.again = setTimeout(() => {
      open.again = undefined;
      this.save(open).catch(() => this.saveLater(open));
    }, againMs);
    open.again.unref();
  }

  private openOf(name: string): Open | undefined {
    const document = this.hocuspocus.documents.get(name);
    return document && this.opened.get(document);
  }

  /** Takes in versions that did not come from the documents here: saved over the API, or on another server. */
  private async look(names: readonly string[]): Promise<void> {
    const here = names.filter((name) => this.hocuspocus.documents.has(name));
    if (here.length === 0 || this.looking || this.closed) return;
    this.looking = true;
    try {
      const { rows } = await this.options.database.pool.query<{ id: string; revision: number }>(
        "select notebook_id as id, revision from notebook_document where notebook_id = any($1)",
        [here],
      );
      for (const { id, revision } of rows) {
        const open = this.openOf(id);
        if (!open || open.saving || revision <= open.knows) continue;
        const stored = await openShared(this.options.database, open.workspaceId, id);
        // A save that began meanwhile took it in.
        if (stored.revision <= open.knows) continue;
        Y.applyUpdate(open.document, stored.state, takenIn);
        open.knows = stored.revision;
      }
    } catch (error) {
      log("warn", "open notebooks could not be compared with the database", errorFields(error));
    } finally {
      this.looking = false;
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof AppError && error.code === "NOT_FOUND";
}
