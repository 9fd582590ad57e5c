/**
 * The page's end of the shared document: comes after the page has been drawn (use-document.ts loads it), takes in what was
 * written until then, and keeps page, editors and server in step. Nobody waits for it, and nothing is lost when it goes:
 * what was written is said to be saved only when the server has said so. Knows nothing of React.
 * Neighbours: bind-text.ts (one editor), pipelines/together (the document), server/collaborate (the other end).
 */
import type { EditorView } from "@codemirror/view";
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import * as Y from "yjs";
import { mergeIntoShared } from "@/pipelines/together/merge-notebook";
import { notThere, type PageWord, type Presence, type ServerWord } from "@/pipelines/together/messages";
import { cellOfText, readShared, sharedText } from "@/pipelines/together/shared-notebook";
import type { BoundEditors } from "../_document/bound-editors";
import type { DocumentStore } from "../_document/document-store";
import type { SaveState } from "../_document/save-state";
import { bindText, bringIn, putCarets, type RemoteCaret } from "./bind-text";
import { coloursOf, type Person } from "./people";

export interface SessionParts {
  readonly notebookId: string;
  readonly store: DocumentStore;
  readonly editors: BoundEditors;
  readonly reads: boolean;
  onState(state: SaveState): void;
  onPeople(people: readonly Person[]): void;
}

const quietMs = 400;
const againMs = 3_000;
const selectMs = 60;
const frameMs = 16;
/** Whoever leaves the page goes on saving for so long. */
const farewellMs = 30_000;

export class SharedSession {
  private readonly doc = new Y.Doc();
  private readonly line: HocuspocusProviderWebsocket;
  private readonly provider: HocuspocusProvider;
  private readonly views = new Map<string, Set<EditorView>>();
  private readonly waiting: { readonly n: number; done(revision: number): void; failed(error: Error): void }[] = [];
  private joined = false;
  private isUp = false;
  /** The connection is not there, and not on its way for the first time. */
  private lost = false;
  private gone = false;
  private left = false;
  private failure: string | undefined;
  /** Changes made here, counted, and how many of them the server has saved. */
  private changes = 0;
  private saved = 0;
  private wanted = false;
  private said: SaveState | undefined;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private drawing: ReturnType<typeof setTimeout> | undefined;
  private selecting: ReturnType<typeof setTimeout> | undefined;
  private presence: Presence;
  private readonly unsubscribe: () => void;

  constructor(private readonly parts: SessionParts) {
    this.presence = { reads: parts.reads };
    this.line = new HocuspocusProviderWebsocket({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/collaborate`,
      // The server asks for a sign of life more often: timers of a page in the background are slow, answers are not.
      messageReconnectTimeout: 75_000,
      delay: 400,
      minDelay: 400,
      maxDelay: 4_000,
      onDisconnect: () => this.setUp(false),
    });
    this.provider = new HocuspocusProvider({
      websocketProvider: this.line,
      name: parts.notebookId,
      document: this.doc,
      token: "",
      onSynced: () => this.join(),
      // Sent away without the line being cut: comes back by it.
      onClose: () => this.line.webSocket?.close(),
      onUnsyncedChanges: () => this.askNow(),
      onStateless: ({ payload }) => this.hear(JSON.parse(payload) as ServerWord),
      onAuthenticationFailed: ({ reason }) => this.refused(reason),
      onAwarenessChange: () => this.showPeople(),
    });
    this.provider.attach();
    addEventListener("offline", this.goOffline);
    addEventListener("online", this.goOnline);
    this.doc.on("afterTransaction", this.changed);
    // Until the shared document is there, what is written waits in the page.
    this.unsubscribe = parts.store.subscribe(() => {
      if (!this.joined) this.say();
    });
    this.say();
  }

  /** Everything that was written is in the database. */
  private get isAtRest(): boolean {
    return this.joined ? this.saved >= this.changes : this.parts.store.get().notebook === this.parts.store.opened;
  }

  /** The version that holds everything written so far. */
  save(): Promise<number> {
    if (this.gone) return Promise.reject(new Error("This notebook was deleted, or taken away from you."));
    if (this.lost)
      return Promise.reject(
        new Error("There is no connection to the server. What you wrote is kept in this page and saved when it is back."),
      );
    return new Promise((done, failed) => {
      // Asked anew, even when nothing was written here: others may have written.
      this.waiting.push({ n: this.changes, done, failed });
      this.ask();
    });
  }

  /** Where one is, for others. */
  pointAt(cell: string | undefined): void {
    if (this.presence.cell === cell) return;
    this.tell({ cell, selection: undefined });
  }

  /** The page is left: what is not saved is saved first. */
  leave(): void {
    this.left = true;
    clearTimeout(this.drawing);
    if (this.isAtRest || this.gone) return this.end();
    this.ask();
    setTimeout(() => this.end(), farewellMs);
  }

  private end(): void {
    this.unsubscribe();
    removeEventListener("offline", this.goOffline);
    removeEventListener("online", this.goOnline);
    clearTimeout(this.quiet);
    clearTimeout(this.again);
    clearTimeout(this.selecting);
    this.provider.destroy();
    this.line.destroy();
    this.doc.destroy();
  }

  /** The shared document is here. The first time, what was written in the page until now goes into it. */
  private join(): void {
    if (!this.joined) {
      const { store, editors, reads } = this.parts;
      const mine = store.get().notebook;
      this.joined = true;
      if (mine !== store.opened && !reads) mergeIntoShared(this.doc, store.opened, mine, this);
      store.dispatch({ type: "arrive", notebook: readShared(this.doc, mine) });
      store.writeTo({ write: (before, after) => mergeIntoShared(this.doc, before, after, this) });
      if (!this.left) editors.bindAll((cell, view) => this.bind(cell, view));
    }
    this.setUp(true);
    this.tell({});
    this.askNow();
  }

  private bind(cell: string, view: EditorView): () => void {
    const views = this.views.get(cell) ?? new Set();
    this.views.set(cell, views.add(view));
    const text = () => sharedText(this.doc, cell);
    const unbind = bindText(view, {
      text,
      edit: (origin, change) => {
        const shared = text();
        if (shared) this.doc.transact(() => change(shared), origin);
      },
      select: (selection) => this.selected(cell, selection),
    });
    const here = this.caretsIn(cell);
    if (here.length > 0) putCarets(view, here);
    return () => {
      unbind();
      views.delete(view);
      if (this.presence.cell === cell) this.selected(cell, undefined);
    };
  }

  private readonly changed = (transaction: Y.Transaction): void => {
    if (transaction.changed.size === 0) return;
    const local = transaction.origin !== this.provider;
    for (const [type, events] of transaction.changedParentTypes) {
      if (!(type instanceof Y.Text)) continue;
      const cell = cellOfText(this.doc, type);
      const event = events.find((each) => each.target === type);
      if (cell === undefined || !event) continue;
      for (const view of this.views.get(cell) ?? []) if (view !== transaction.origin) bringIn(view, splicesOf(event), !local);
    }
    if (!local) return this.drawSoon();
    this.changes += 1;
    this.failure = undefined;
    this.say();
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.ask(), quietMs);
  };

  /** What came from others is drawn about once a frame. */
  private drawSoon(): void {
    if (!this.joined || this.left) return;
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      const { store } = this.parts;
      store.dispatch({ type: "arrive", notebook: readShared(this.doc, store.get().notebook) });
      this.showPeople();
    }, frameMs);
  }

  private ask(): void {
    this.wanted = true;
    this.askNow();
  }

  /** The server has to have it before it can save it. */
  private askNow(): void {
    if (!this.wanted || !this.joined || !this.isUp || !this.provider.isAuthenticated || this.provider.hasUnsyncedChanges) return;
    this.wanted = false;
    this.provider.sendStateless(JSON.stringify({ type: "save", n: this.changes } satisfies PageWord));
  }

  private hear(word: ServerWord): void {
    if (word.type === "stored") {
      this.saved = Math.max(this.saved, word.n);
      this.failure = undefined;
    } else {
      this.failure = word.message;
      clearTimeout(this.again);
      this.again = setTimeout(() => this.ask(), againMs);
    }
    for (const each of this.waiting.splice(0)) {
      if (word.type === "failed") each.failed(new Error(word.message));
      else if (each.n <= word.n) each.done(word.revision);
      else this.waiting.push(each);
    }
    this.say();
    if (this.left && this.isAtRest) this.end();
  }

  private refused(reason: string): void {
    if (reason === notThere) {
      this.gone = true;
      this.fail("This notebook was deleted, or taken away from you.");
      this.line.disconnect();
      this.say();
    } else this.again = setTimeout(() => this.line.webSocket?.close(), againMs);
  }

  private readonly goOffline = (): void => {
    this.line.disconnect();
    this.setUp(false);
  };

  private readonly goOnline = (): void => void this.line.connect();

  private setUp(isUp: boolean): void {
    this.isUp = isUp;
    this.lost = !isUp;
    // An answer may have been lost with the connection.
    if (isUp) this.wanted = this.saved < this.changes || this.waiting.length > 0;
    else this.fail("The connection to the server was lost. What you wrote is kept in this page and saved when it is back.");
    this.say();
  }

  private fail(words: string): void {
    for (const { failed } of this.waiting.splice(0)) failed(new Error(words));
  }

  private say(): void {
    if (this.left) return;
    const state = this.state;
    if (JSON.stringify(state) === JSON.stringify(this.said)) return;
    this.said = state;
    this.parts.onState(state);
  }

  private get state(): SaveState {
    if (this.gone) return { type: "gone" };
    if (this.lost) return { type: "offline", kept: !this.isAtRest };
    if (this.failure !== undefined) return { type: "failed", message: this.failure };
    return { type: this.isAtRest ? "saved" : "unsaved" };
  }

  private selected(cell: string, selection: { readonly anchor: number; readonly head: number } | undefined): void {
    clearTimeout(this.selecting);
    if (!selection && this.presence.cell !== cell) return;
    this.selecting = setTimeout(() => {
      const text = sharedText(this.doc, cell);
      const place = (at: number) => Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text!, Math.min(at, text!.length)));
      this.tell({ cell, selection: selection && text && { anchor: place(selection.anchor), head: place(selection.head) } });
    }, selectMs);
  }

  private tell(part: Partial<Presence>): void {
    this.presence = { ...this.presence, ...part };
    this.provider.awareness?.setLocalState({ ...this.presence });
  }

  private get others(): readonly (readonly [number, Presence])[] {
    const states = this.provider.awareness?.getStates() ?? new Map<number, Presence>();
    return [...states].filter(([key, state]) => key !== this.doc.clientID && (state as Presence).user !== undefined) as [
      number,
      Presence,
    ][];
  }

  private get colours(): ReadonlyMap<string, string> {
    return coloursOf(this.others.map(([, { user }]) => user!.id));
  }

  private readonly shownIn = new Set<string>();
  private told = "[]";

  private showPeople(): void {
    if (!this.joined || this.left) return;
    const others = this.others;
    const colours = this.colours;
    const people = others.map(([key, { user, cell, reads }]) => ({
      key,
      userId: user!.id,
      name: user!.name,
      colour: colours.get(user!.id)!,
      cell,
      reads: reads === true,
    }));
    const words = JSON.stringify(people);
    if (words !== this.told) {
      this.told = words;
      this.parts.onPeople(people);
    }
    const cells = new Set(others.flatMap(([, { cell, selection }]) => (cell !== undefined && selection ? [cell] : [])));
    for (const cell of new Set([...cells, ...this.shownIn])) {
      const list = this.caretsIn(cell);
      for (const view of this.views.get(cell) ?? []) putCarets(view, list);
    }
    this.shownIn.clear();
    for (const cell of cells) this.shownIn.add(cell);
  }

  private caretsIn(cell: string): readonly RemoteCaret[] {
    const text = sharedText(this.doc, cell);
    const colours = this.colours;
    const at = (place: unknown) => {
      const found = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(place), this.doc);
      return found?.type === text ? found?.index : undefined;
    };
    return this.others.flatMap(([key, { user, cell: theirs, selection }]) => {
      if (theirs !== cell || !selection || !text) return [];
      const [anchor, head] = [at(selection.anchor), at(selection.head)];
      if (anchor === undefined || head === undefined) return [];
      return [{ key, name: user!.name, colour: colours.get(user!.id)!, anchor, head }];
    });
  }
}

/** In places of the text as it was. */
function splicesOf(event: Y.YEvent<Y.AbstractType<unknown>>): { at: number; remove: number; insert: string }[] {
  const splices: { at: number; remove: number; insert: string }[] = [];
  let at = 0;
  for (const part of event.delta) {
    if (part.retain !== undefined) at += part.retain;
    else {
      const remove = part.delete ?? 0;
      splices.push({ at, remove, insert: typeof part.insert === "string" ? part.insert : "" });
      at += remove;
    }
  }
  return splices;
}
