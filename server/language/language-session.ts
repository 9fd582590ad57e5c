/**
 * One page's notebook in the language server: its cells as files in a folder of its own, kept as the page has them, and the
 * answers to what the page asks of them. Cells that are being edited are open documents, the others files that were announced
 * as changed: opening all of a large notebook costs seconds. Neighbours: language-server.ts (the process), answer-question.ts.
 */
import fs from "node:fs";
import path from "node:path";
import { hiddenPrefix, NotebookDocuments } from "@/pipelines/language/notebook-documents";
import type { PageMessage, Question, ServerMessage, TypeDiagnostic } from "@/pipelines/language/messages";
import { readPorts, writePorts } from "@/pipelines/language/travel-check";
import type { Cell } from "@/pipelines/notebook/notebook";
import { errorFields, log } from "../log";
import { answerQuestion, type Asked } from "./answer-question";
import { ProcessGone, type LanguageProcess } from "./language-process";
import { hintText, toDiagnostic, type LspCompletionItem, type LspDiagnostic, type LspInlayHint } from "./protocol-words";
import type { Scrubber } from "./scrub-paths";

export interface SessionOptions {
  readonly root: string;
  /** Text of the module "heddle". */
  readonly sdk: string;
  readonly prelude: string;
  /** Folder of the types of Node. */
  readonly types: string;
  readonly packages: readonly string[];
  readonly send: (message: ServerMessage) => void;
  readonly process: () => Promise<LanguageProcess>;
  readonly scrubber: () => Scrubber;
}

const mostOpen = 12;
const mostLetters = 4_000_000;
const urgentMs = 40;
const quietMs = 400;
/** Types of all values are the dearest question. */
const portsMs = 1_200;
const atOnce = 4;

export class LanguageSession {
  private readonly documents: NotebookDocuments;
  private cells: readonly Cell[] = [];
  private version = 0;
  private process: LanguageProcess | undefined;
  /** One that came before the cells did. */
  private early: LanguageProcess | undefined;
  private scrubber: Scrubber;
  /** Ids of cells that are open documents, the latest last, with the version of each. */
  private readonly open = new Map<string, number>();
  /** Other files that are open, with their versions: such as came while the process ran. It overlooks some that are announced. */
  private readonly extras = new Map<string, number>();
  private portsVersion = 0;
  private readonly sent = new Map<string, string>();
  private sentPorts = "";
  /** Whose diagnostics may be others by now. */
  private readonly pending = new Set<string>();
  private readonly urgent = new Set<string>();
  private urgentTimer: NodeJS.Timeout | undefined;
  private quietTimer: NodeJS.Timeout | undefined;
  private portsTimer: NodeJS.Timeout | undefined;
  /** Called when the last question has its answer. */
  private readonly whenUnasked: (() => void)[] = [];
  private epoch = 0;
  private asking = 0;
  private closed = false;
  private tooLarge = false;
  /** What came in is done in order. */
  private work: Promise<void> = Promise.resolve();
  lastItems: readonly LspCompletionItem[] = [];

  constructor(private readonly options: SessionOptions) {
    this.documents = new NotebookDocuments(options.packages);
    this.scrubber = options.scrubber();
    const { root } = options;
    fs.mkdirSync(path.join(root, "cells"), { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(root, "heddle.ts"), options.sdk);
    fs.writeFileSync(path.join(root, "prelude.ts"), options.prelude);
    fs.writeFileSync(path.join(root, "tsconfig.json"), JSON.stringify(settings(options.types)));
    const dependencies = Object.fromEntries(options.packages.map((name) => [name, "*"]));
    fs.writeFileSync(path.join(root, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  }

  linkEnvironment(folder: string): void {
    const link = path.join(this.options.root, "node_modules");
    fs.rmSync(link, { force: true });
    fs.symlinkSync(path.join(folder, "node_modules"), link, "junction");
    this.scrubber = this.options.scrubber();
  }

  /** A process is there, or there again: it knows nothing yet. It finds all files in place: told of them one by one it is unsure. */
  begin(process: LanguageProcess): void {
    this.enqueue(async () => {
      if (this.version === 0) {
        this.early = process;
        return;
      }
      this.early = undefined;
      this.process = process;
      process.notify("textDocument/didOpen", {
        textDocument: { uri: this.uriOf("prelude.ts"), languageId: "typescript", version: 1, text: this.options.prelude },
      });
      for (const id of this.open.keys()) {
        this.open.set(id, 1);
        this.tellOpen(id);
      }
      for (const file of this.extras.keys()) {
        this.extras.set(file, 1);
        this.tellOpenFile(file, this.documents.textOf(file) ?? "");
      }
      this.portsVersion = 0;
      this.sentPorts = "";
      this.tellState();
      for (const id of this.documents.ids) this.pending.add(id);
      this.schedule();
    });
  }

  /** The process is gone; another one is on its way. */
  pause(): void {
    this.process = undefined;
    this.early = undefined;
    if (!this.tooLarge) this.options.send({ type: "state", state: "starting" });
  }

  sync({ version, cells, order }: Extract<PageMessage, { type: "sync" }>): void {
    this.enqueue(async () => {
      const isFirst = this.version === 0;
      const changed = new Map(cells.map((cell) => [cell.id, cell]));
      const before = new Map(this.cells.map((cell) => [cell.id, cell]));
      const ids = order ?? this.cells.map(({ id }) => id);
      this.cells = ids.flatMap((id) => changed.get(id) ?? before.get(id) ?? []);
      this.version = version;
      this.epoch++;
      const letters = this.cells.reduce((sum, { source }) => sum + source.length, 0);
      if (letters > mostLetters) return this.giveUp();
      this.tooLarge = false;
      if (isFirst) await this.warm();
      else for (const { id, kind } of cells) if (kind === "code" || kind === "params") this.touch(id);
      const affected = await this.apply();
      for (const id of affected) this.pending.add(id);
      if (this.early) this.begin(this.early);
      if (!isFirst) for (const { id } of cells) this.urgent.add(id);
      this.schedule();
    });
  }

  ask(id: number, question: Question): void {
    const { send } = this.options;
    if (this.asking > 64) return send({ type: "answer", id, fault: "busy" });
    this.asking++;
    // Only a cell that is open sees every name of the notebook.
    if (question.what === "complete" && this.isCode(question.cell) && !this.open.has(question.cell)) {
      this.enqueue(async () => {
        this.touch(question.cell);
        await this.apply();
      });
    }
    this.work
      .then(async () => {
        if (!this.process || this.closed || this.tooLarge) throw new ProcessGone();
        return answerQuestion(this.asked(this.process), question);
      })
      .then(
        (answer) => send({ type: "answer", id, answer }),
        (error: unknown) => {
          if (!(error instanceof ProcessGone)) log("warn", "a question about types was not answered", errorFields(error));
          send({ type: "answer", id, fault: "gone" });
        },
      )
      .finally(() => {
        this.asking--;
        if (this.asking === 0) for (const goOn of this.whenUnasked.splice(0)) goOn();
      });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.urgentTimer);
    clearTimeout(this.quietTimer);
    clearTimeout(this.portsTimer);
    for (const id of this.open.keys()) this.tellClosed(id);
    for (const file of this.extras.keys()) this.notifyClosed(this.scrubber.uri(file));
    if (this.portsVersion > 0) this.notifyClosed(this.scrubber.uri(portsFile));
    this.notifyClosed(this.uriOf("prelude.ts"));
    this.work = this.work.then(() => fs.promises.rm(this.options.root, { recursive: true, force: true })).catch(() => undefined);
  }

  private asked(process: LanguageProcess): Asked {
    return { process, documents: this.documents, scrubber: this.scrubber, session: this, packages: this.options.packages };
  }

  private enqueue(step: () => Promise<void> | void): void {
    this.work = this.work.then(async () => {
      if (this.closed) return;
      try {
        await step();
      } catch (error) {
        log("error", "a notebook could not be kept for the language server", errorFields(error));
      }
    });
  }

  /** Reading the cells of a large notebook takes a while: others get their turn in between. */
  private async warm(): Promise<void> {
    let start = performance.now();
    for (const cell of this.cells) {
      this.documents.warm(cell);
      if (performance.now() - start < 8) continue;
      await new Promise(setImmediate);
      start = performance.now();
    }
  }

  private isCode(id: string): boolean {
    const cell = this.cells.find((one) => one.id === id);
    return cell?.kind === "code" || cell?.kind === "params";
  }

  /** Makes a cell the latest of those that are open. */
  private touch(id: string): void {
    const version = this.open.get(id) ?? 0;
    this.open.delete(id);
    this.open.set(id, version);
  }

  /** Brings files and open documents to what the cells are now. Gives the cells whose types may have changed. */
  private async apply(): Promise<ReadonlySet<string>> {
    const there = new Set(this.cells.map(({ id }) => id));
    const leaving = [...this.open.keys()].filter((id, index, all) => !there.has(id) || index < all.length - mostOpen);
    const staying = new Set([...this.open.keys()].filter((id) => !leaving.includes(id)));
    const gone = new Map(leaving.map((id) => [id, this.documents.documentOf(id)?.file]));
    const { changed, removed } = this.documents.update(this.cells, staying);
    const openFiles = new Map([...staying].map((id) => [this.documents.documentOf(id)!.file, id]));
    const announced: { uri: string; type: 1 | 2 | 3 }[] = [];
    const writes: Promise<void>[] = [];
    for (const [file, text] of changed) {
      const id = openFiles.get(file);
      if (id !== undefined && this.open.get(id)! > 0) {
        const version = this.open.get(id)! + 1;
        this.open.set(id, version);
        this.process?.notify("textDocument/didChange", {
          textDocument: { uri: this.scrubber.uri(file), version },
          contentChanges: [{ text }],
        });
        continue;
      }
      const target = this.pathOf(file);
      const isNew = !this.written.has(file);
      // What is about to be opened need not be there.
      if (id !== undefined && this.process) continue;
      const extra = this.extras.get(file);
      if (extra !== undefined) {
        this.extras.set(file, extra + 1);
        this.process?.notify("textDocument/didChange", {
          textDocument: { uri: this.scrubber.uri(file), version: extra + 1 },
          contentChanges: [{ text }],
        });
      } else if (isNew && this.process && id === undefined) {
        this.extras.set(file, 1);
        this.tellOpenFile(file, text);
      }
      this.written.add(file);
      writes.push(fs.promises.writeFile(target, text));
      if (!this.extras.has(file)) announced.push({ uri: this.scrubber.uri(file), type: isNew ? 1 : 2 });
    }
    for (const file of removed) {
      this.written.delete(file);
      if (this.extras.delete(file)) this.notifyClosed(this.scrubber.uri(file));
      writes.push(fs.promises.rm(this.pathOf(file), { force: true }));
      announced.push({ uri: this.scrubber.uri(file), type: 3 });
    }
    await Promise.all(writes);
    for (const id of leaving) {
      const file = gone.get(id);
      if (file !== undefined && this.open.get(id)! > 0) this.notifyClosed(this.scrubber.uri(file));
      this.open.delete(id);
      if (there.has(id)) continue;
      this.sent.delete(id);
      this.pending.delete(id);
      this.urgent.delete(id);
    }
    if (announced.length > 0) this.process?.notify("workspace/didChangeWatchedFiles", { changes: announced });
    for (const id of staying) {
      if (this.open.get(id) !== 0) continue;
      this.open.set(id, 1);
      this.tellOpen(id);
    }
    for (const id of [...this.sent.keys()]) if (!there.has(id)) this.sent.delete(id);
    return this.documents.affected([...changed.keys(), ...removed]);
  }

  private readonly written = new Set<string>();

  private pathOf(file: string): string {
    return path.join(this.options.root, "cells", `${file}.ts`);
  }

  private uriOf(name: string): string {
    return new URL(`../${name}`, this.scrubber.uri("x")).href;
  }

  private tellOpen(id: string): void {
    const found = this.documents.documentOf(id);
    if (!found) return;
    // From now on it is open as a cell.
    if (this.extras.delete(found.file)) this.notifyClosed(this.scrubber.uri(found.file));
    this.tellOpenFile(found.file, found.document.text);
  }

  private tellOpenFile(file: string, text: string): void {
    this.process?.notify("textDocument/didOpen", {
      textDocument: { uri: this.scrubber.uri(file), languageId: "typescript", version: 1, text },
    });
  }

  private tellClosed(id: string): void {
    const found = this.documents.documentOf(id);
    if (found && this.open.get(id)! > 0) this.notifyClosed(this.scrubber.uri(found.file));
  }

  private notifyClosed(uri: string): void {
    this.process?.notify("textDocument/didClose", { textDocument: { uri } });
  }

  private tellState(): void {
    this.options.send({ type: "state", state: "ready" });
  }

  private giveUp(): void {
    this.tooLarge = true;
    this.options.send({ type: "state", state: "unavailable", message: "Types are not checked: this notebook has more than 4 MB of text." });
  }

  /** The edited cells at once, whoever depends on them when the hand rests. */
  private schedule(): void {
    clearTimeout(this.urgentTimer);
    clearTimeout(this.quietTimer);
    if (this.urgent.size > 0) this.urgentTimer = setTimeout(() => this.pull(this.urgent), urgentMs);
    this.quietTimer = setTimeout(() => this.pull(this.pending), this.urgent.size > 0 ? quietMs : urgentMs);
  }

  private pull(ids: Set<string>): void {
    const epoch = this.epoch;
    const isCurrent = () => epoch === this.epoch && !this.closed && this.process !== undefined;
    const step = async () => {
      await this.work;
      while (ids.size > 0 && isCurrent()) {
        // Whoever waits for an answer goes first.
        if (ids === this.pending) await this.unasked();
        const batch = [...ids].slice(0, atOnce);
        const cells: Record<string, readonly TypeDiagnostic[]> = {};
        for (const [id, list] of await Promise.all(batch.map((id) => this.diagnose(id)))) {
          if (!isCurrent()) return;
          ids.delete(id);
          if (ids === this.urgent) this.pending.delete(id);
          const text = JSON.stringify(list);
          if ((this.sent.get(id) ?? "[]") === text) continue;
          this.sent.set(id, text);
          cells[id] = list;
        }
        if (Object.keys(cells).length > 0) this.options.send({ type: "diagnostics", version: this.version, cells });
      }
      if (ids !== this.pending || !isCurrent()) return;
      clearTimeout(this.portsTimer);
      const look = async () => {
        await this.unasked();
        if (isCurrent()) await this.readPorts(isCurrent);
      };
      this.portsTimer = setTimeout(() => void look().catch(complain), this.sentPorts === "" ? 0 : portsMs);
    };
    const complain = (error: unknown) => {
      if (!(error instanceof ProcessGone)) log("warn", "types of a notebook could not be checked", errorFields(error));
    };
    step().catch(complain);
  }

  private unasked(): Promise<void> {
    return this.asking === 0 ? Promise.resolve() : new Promise((resolve) => this.whenUnasked.push(resolve));
  }

  private async diagnose(id: string): Promise<readonly [string, readonly TypeDiagnostic[]]> {
    const found = this.documents.documentOf(id);
    if (!found || !this.process) return [id, []];
    // A cell without a text to check may still have a condition in its header.
    const report = await this.process.request<{ items?: readonly LspDiagnostic[] } | null>("textDocument/diagnostic", {
      textDocument: { uri: this.scrubber.uri(found.file) },
    });
    return [id, (report?.items ?? []).flatMap((one) => toDiagnostic(found.document, one, this.scrubber) ?? []).slice(0, 200)];
  }

  /** Types of all values that travel, as the checker shows them, asked for in one go. */
  private async readPorts(isCurrent: () => boolean): Promise<void> {
    const ports = this.documents.ports();
    const text = writePorts(this.documents, ports);
    const version = this.version;
    const uri = this.scrubber.uri(portsFile);
    const { process } = this;
    if (!process) return;
    this.portsVersion++;
    if (this.portsVersion === 1)
      process.notify("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version: 1, text } });
    else process.notify("textDocument/didChange", { textDocument: { uri, version: this.portsVersion }, contentChanges: [{ text }] });
    const lines = text.split("\n");
    const hints = await process.request<readonly LspInlayHint[] | null>("textDocument/inlayHint", {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } },
    });
    if (!isCurrent()) return;
    const types = new Map<string, string>();
    for (const hint of hints ?? []) {
      const name = /^const (\w+) =/.exec(lines[hint.position.line] ?? "")?.[1];
      if (name !== undefined && !name.startsWith(hiddenPrefix)) types.set(name, this.scrubber.text(hintText(hint).replace(/^: /, "")));
    }
    const read = readPorts(ports, types);
    const said = JSON.stringify(read);
    if (said === this.sentPorts) return;
    this.sentPorts = said;
    this.options.send({ type: "ports", version, ports: read });
  }
}

const portsFile = "ports";

function settings(types: string) {
  return {
    compilerOptions: {
      target: "esnext",
      module: "esnext",
      moduleResolution: "bundler",
      moduleDetection: "force",
      lib: ["esnext"],
      types: ["node"],
      typeRoots: [types],
      paths: { heddle: ["./heddle.ts"] },
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      resolveJsonModule: false,
      allowJs: false,
    },
    include: ["cells/*.ts", "prelude.ts"],
  };
}
