/** Somebody who has a notebook open, without a browser: the real provider over a real socket, and cuts of the connection. */
import { HocuspocusProvider, HocuspocusProviderWebsocket, WebSocketStatus } from "@hocuspocus/provider";
import { WebSocket } from "ws";
import * as Y from "yjs";
import type { Notebook, NotebookEdit } from "@/pipelines/notebook/notebook";
import type { Presence, ServerWord } from "@/pipelines/together/messages";
import { editShared, readShared } from "@/pipelines/together/shared-notebook";
import type { Person } from "../../testing/test-server";

export class Writer {
  readonly doc = new Y.Doc();
  private readonly line: HocuspocusProviderWebsocket;
  private readonly provider: HocuspocusProvider;
  private readonly words: ServerWord[] = [];
  private wakes: (() => void)[] = [];
  private count = 0;
  refusal: string | undefined;

  constructor(url: string, person: Person, notebookId: string) {
    const headers = { cookie: `__Host-heddle=${person.token}`, origin: url };
    class Socket extends WebSocket {
      constructor(address: string) {
        super(address, { headers });
        this.on("error", () => undefined);
      }
    }
    this.line = new HocuspocusProviderWebsocket({
      url: `${url.replace("http", "ws")}/api/collaborate`,
      WebSocketPolyfill: Socket,
      delay: 5,
      minDelay: 5,
      maxDelay: 50,
    });
    this.provider = new HocuspocusProvider({
      websocketProvider: this.line,
      name: notebookId,
      document: this.doc,
      token: "",
      onStateless: ({ payload }) => {
        this.words.push(JSON.parse(payload) as ServerWord);
        this.wake();
      },
      onAuthenticationFailed: ({ reason }) => {
        this.refusal = reason;
        this.wake();
      },
      onUnsyncedChanges: () => this.wake(),
      onSynced: () => this.wake(),
      onAwarenessChange: () => this.wake(),
      onDisconnect: () => this.wake(),
    });
    this.provider.attach();
    this.doc.on("update", () => this.wake());
  }

  get notebook(): Notebook {
    return readShared(this.doc);
  }

  edit(...edits: readonly NotebookEdit[]): void {
    editShared(this.doc, edits, this);
  }

  say(presence: Presence): void {
    this.provider.awareness!.setLocalState({ ...presence });
  }

  get others(): readonly Presence[] {
    return [...this.provider.awareness!.getStates()].filter(([id]) => id !== this.doc.clientID).map(([, state]) => state as Presence);
  }

  /** Resolves once `test` holds, asked again with everything that comes in. */
  async until(test: () => boolean): Promise<void> {
    while (!test()) await new Promise<void>((resolve) => this.wakes.push(resolve));
  }

  joined(): Promise<void> {
    return this.until(() => this.provider.synced || this.refusal !== undefined);
  }

  /** The server has all that was written here. */
  delivered(): Promise<void> {
    return this.until(() => this.provider.isAuthenticated && this.provider.synced && !this.provider.hasUnsyncedChanges);
  }

  /** What the server says when it was asked to save. */
  async save(): Promise<ServerWord> {
    await this.delivered();
    const n = ++this.count;
    this.provider.sendStateless(JSON.stringify({ type: "save", n }));
    await this.until(() => this.words.some((word) => word.n === n));
    return this.words.find((word) => word.n === n)!;
  }

  /** For whom the server has not all that was written here, and never will. */
  async saveAnyway(): Promise<ServerWord> {
    const n = ++this.count;
    this.provider.sendStateless(JSON.stringify({ type: "save", n }));
    await this.until(() => this.words.some((word) => word.n === n));
    return this.words.find((word) => word.n === n)!;
  }

  get isConnected(): boolean {
    return this.line.status === WebSocketStatus.Connected;
  }

  /** As when a train goes into a tunnel: nobody says goodbye. */
  cut(): void {
    this.line.shouldConnect = false;
    (this.line.webSocket as unknown as WebSocket | null)?.terminate();
  }

  comeBack(): void {
    // Where the end was not heard yet, the provider comes back by itself when it is.
    this.line.shouldConnect = true;
    if (this.line.status === WebSocketStatus.Disconnected) void this.line.connect();
  }

  leave(): void {
    this.provider.destroy();
    this.line.destroy();
  }

  private wake(): void {
    for (const go of this.wakes.splice(0)) go();
  }
}
