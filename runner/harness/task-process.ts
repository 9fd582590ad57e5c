/**
 * A task process seen from the harness (runner/task/main.ts is the other side): spawns it, hands it attempts one at a
 * time, turns its pipes into words of the attempt, ends it with everything it started.
 */
import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { encodeFrame, FrameReader } from "@/pipelines/protocol/frame";
import type { CallAnswer, WireResult, WireValue } from "@/pipelines/protocol/messages";
import type { TaskOrder, TaskWord } from "../task/channel";
import type { TaskSettings } from "../task/settings";
import type { AttemptRecord } from "./attempt-record";
import { OutputLines } from "./output-lines";
import { childrenOf, processesOf, processesWith, readCpuMs } from "./proc";
import type { HarnessSettings } from "@/pipelines/protocol/harness-settings";

export interface ProcessListener {
  up(process: TaskProcess): void;
  /** The attempt ended by itself. */
  done(process: TaskProcess, attempt: AttemptRecord, result: WireResult, dirty: string | undefined): void;
  gone(process: TaskProcess, code: number | null, signal: NodeJS.Signals | null): void;
  /** The attempt was handed to a process that takes no more: it has not begun. */
  returned(process: TaskProcess, attempt: AttemptRecord): void;
  /** It waits for other notebooks only. */
  parked(process: TaskProcess): void;
  progress(attempt: AttemptRecord, word: Extract<TaskWord, { type: "progress" }>): void;
  imported(modules: readonly string[]): void;
}

export class TaskProcess {
  /** "dying": it was killed and gets no more work, though the kernel may take a moment. */
  state: "starting" | "idle" | "busy" | "dying" | "gone" = "starting";
  /** It has been ready for work at least once. */
  lived = false;
  /** The run whose tasks it has worked for; it never works for another. */
  run: string | undefined;
  attempt: AttemptRecord | undefined;
  tasks = 0;
  lastUsed = 0;
  /** When its attempt was handed to it; before the first, when it was started itself. */
  startedAt = performance.now();
  /** Taken at the watchdog's first look: most attempts are over before. */
  cpuAtStart: number | undefined;
  peakMemory = 0;
  /** Since when it waits for other notebooks only: others may have its place, and its time does not run. */
  private parkedAt: number | undefined;
  private parkedMs = 0;
  /** Set before it is killed: what the attempt ended with. */
  ending: WireResult | undefined;
  /** The end of what it wrote to stderr, which says why Node gave up. */
  lastWords = "";
  private readonly child: ChildProcess;
  private readonly channel: Socket;
  private readonly reader = new FrameReader();
  private readonly streams: { socket: Socket; lines: OutputLines }[];
  private paused = false;
  private received = 0;
  /** Why it gets no more work, when that came out after its attempt had ended. */
  private dirty: string | undefined;
  /** Its folder in the scratch folder. */
  folder: string | undefined;

  constructor(
    private readonly settings: HarnessSettings,
    readonly slot: number,
    given: Pick<TaskSettings, "preload" | "sweep" | "spare">,
    private readonly listener: ProcessListener,
  ) {
    const { environment, store, data, scratch } = settings;
    const uid = this.uid;
    const path = process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
    const task: TaskSettings = { environment, store, data, scratch, path, isLocal: uid === undefined, ...given };
    const [node, ...before] = settings.node ?? [process.execPath];
    this.child = spawn(
      node!,
      [
        ...before,
        "--experimental-vm-modules",
        "--no-warnings",
        `--max-old-space-size=${settings.heapMegabytes}`,
        settings.task,
        JSON.stringify(task),
      ],
      {
        stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
        cwd: scratch,
        detached: true,
        // Nothing of the server's environment: no credentials can leak through it.
        env: {
          PATH: "/usr/local/bin:/usr/bin:/bin",
          LANG: "C.UTF-8",
          TZ: "UTC",
          TMPDIR: uid === undefined ? (process.env.TMPDIR ?? "/tmp") : "/tmp",
          NODE_ENV: "production",
        },
        ...(uid === undefined ? {} : { uid, gid: uid }),
      },
    );
    this.channel = this.child.stdio[3] as Socket;
    this.streams = (["stdout", "stderr"] as const).map((name) => ({ socket: this.child[name] as Socket, lines: new OutputLines(name) }));
    this.channel.on("data", (chunk: Buffer) => this.hear(chunk));
    this.channel.on("error", () => undefined);
    this.answers.on("error", () => undefined);
    for (const { socket, lines } of this.streams) {
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => {
        this.received += chunk.length;
        if (this.attempt) lines.push(chunk, this.attempt);
        if (lines === this.streams[1]!.lines)
          this.lastWords = (this.lastWords + chunk.toString("latin1", Math.max(0, chunk.length - 4000))).slice(-4000);
        this.breathe();
      });
    }
    // "close" comes after the pipes have been read to their end: no last line is lost.
    let ended = false;
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      if (ended) return;
      ended = true;
      this.state = "gone";
      this.endLines();
      this.killRest();
      listener.gone(this, code, signal);
    };
    this.child.once("error", () => {
      if (this.pid === undefined) end(null, null);
    });
    this.child.once("close", end);
    this.child.once("exit", (code, signal) => {
      this.resume();
      this.killRest();
      // A grandchild may hold the pipes open: its words are not waited for.
      setTimeout(() => end(code, signal), 200).unref();
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  start(attempt: AttemptRecord, program: { hash: string; code: string; lines: readonly unknown[] }): void {
    this.state = "busy";
    this.attempt = attempt;
    this.run = attempt.launch.run.id;
    this.startedAt = performance.now();
    this.cpuAtStart = undefined;
    this.peakMemory = 0;
    this.parkedAt = undefined;
    this.parkedMs = 0;
    this.tasks++;
    this.order({ type: "run", launch: { ...attempt.launch, program } as never });
  }

  get isParked(): boolean {
    return this.parkedAt !== undefined;
  }

  /** How long its attempt has been at work, without the time in which it waited for other notebooks. */
  workedMs(now: number): number {
    return now - this.startedAt - this.parkedMs - (this.parkedAt === undefined ? 0 : now - this.parkedAt);
  }

  answer(call: number, answer: CallAnswer): void {
    if (this.parkedAt !== undefined) this.parkedMs += performance.now() - this.parkedAt;
    this.parkedAt = undefined;
    if (this.state === "busy") this.answers.write(encodeFrame({ call, answer }));
  }

  /** Kills it with all its children; `ending` is what its attempt ended with. */
  kill(ending?: WireResult): void {
    this.ending ??= ending;
    if (this.state !== "gone") this.state = "dying";
    this.resume();
    if (this.pid !== undefined) for (const pid of childrenOf(this.pid)) tryKill(pid);
    this.child.kill("SIGKILL");
  }

  clean(files: readonly string[]): void {
    if (this.state !== "gone" && files.length > 0) this.order({ type: "clean", files });
  }

  /** Its attempt's words were acknowledged: read on. */
  breathe(): void {
    if (this.attempt?.behind) {
      if (this.paused) return;
      this.paused = true;
      this.channel.pause();
      for (const { socket } of this.streams) socket.pause();
    } else this.resume();
  }

  noteCpu(): void {
    if (this.pid !== undefined) this.cpuAtStart ??= readCpuMs(this.pid);
  }

  usage(): { durationMs: number; cpuMs: number; peakMemoryBytes: number } {
    const cpu = this.pid === undefined ? undefined : readCpuMs(this.pid);
    return {
      durationMs: performance.now() - this.startedAt,
      cpuMs: cpu === undefined ? 0 : Math.max(0, cpu - (this.cpuAtStart ?? cpu)),
      peakMemoryBytes: this.peakMemory,
    };
  }

  private get answers(): Socket {
    return this.child.stdio[4] as Socket;
  }

  private get uid(): number | undefined {
    return this.settings.uidBase === undefined ? undefined : this.settings.uidBase + this.slot;
  }

  private order(order: TaskOrder): void {
    this.channel.write(encodeFrame(order));
  }

  private resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.channel.resume();
    for (const { socket } of this.streams) socket.resume();
  }

  private hear(chunk: Buffer): void {
    let frames;
    try {
      frames = this.reader.push(chunk);
    } catch {
      // Only user code that wrote to our pipe can do this.
      this.kill();
      return;
    }
    for (const { header } of frames) this.handle(header as TaskWord);
    this.breathe();
  }

  private handle(word: TaskWord): void {
    const { attempt } = this;
    if (word.type === "up") {
      if (this.state !== "starting") return;
      this.lived = true;
      this.state = "idle";
      if (/^p\d+-[0-9a-f]+$/.test(word.folder)) this.folder = word.folder;
      return this.listener.up(this);
    }
    if (word.type === "dirty") return this.soil(word.why, word.orders);
    if (!attempt || attempt.state !== "running") return;
    switch (word.type) {
      case "log":
        return attempt.log(word.records);
      case "metrics":
        return attempt.say({ type: "metrics", points: word.points as never });
      case "artifact":
        this.note([word.value], attempt);
        return attempt.say({ ...word, metadata: word.metadata as never });
      case "progress":
        return this.listener.progress(attempt, word);
      case "call": {
        const { call, notebook, params, nth } = word;
        return attempt.call({ call, notebook, params, nth });
      }
      case "parked":
        if (this.state !== "busy" || !attempt.park(word.calls)) return;
        this.parkedAt ??= performance.now();
        return this.listener.parked(this);
      case "done":
        if (word.imported.length > 0) this.listener.imported(word.imported);
        if (word.result.status === "succeeded") {
          this.note([...Object.values(word.result.outputs), ...Object.values(word.result.elements ?? {}).flat()], attempt);
        }
        return this.afterOutput(() => {
          if (this.attempt !== attempt || attempt.state !== "running") return;
          this.endLines();
          this.attempt = undefined;
          this.lastUsed = performance.now();
          if (this.state === "busy") this.state = "idle";
          const { usage } = word.result;
          const peakMemoryBytes = Math.max(usage.peakMemoryBytes, this.peakMemory);
          this.listener.done(this, attempt, { ...word.result, usage: { ...usage, peakMemoryBytes } }, word.dirty ?? this.dirty);
        });
    }
  }

  /** What it was given since, it never looked at. */
  private soil(why: string, orders: number): void {
    const { attempt } = this;
    this.dirty = why;
    if (attempt && orders === this.tasks) return;
    this.attempt = undefined;
    this.kill();
    if (attempt) this.listener.returned(this, attempt);
  }

  private note(values: readonly WireValue[], attempt: AttemptRecord): void {
    for (const { file } of values) {
      if (file !== undefined) attempt.files.push(file);
    }
  }

  /**
   * What the attempt printed lies in the pipes by now (writes to them are synchronous). Two turns of the event loop
   * hold one full look at every pipe: if nothing came in one, there is nothing more.
   */
  private afterOutput(then: () => void): void {
    const before = this.received;
    setImmediate(() =>
      setImmediate(() => {
        if (this.state !== "gone" && (this.received !== before || this.paused)) this.afterOutput(then);
        else then();
      }),
    );
  }

  private endLines(): void {
    for (const { lines } of this.streams) lines.end(this.attempt);
  }

  private killRest(): void {
    const { uid } = this;
    if (uid !== undefined) for (const pid of processesOf(uid)) tryKill(pid);
    else if (this.pid !== undefined) {
      tryKill(-this.pid);
      // What a script sent off into a session of its own is known by a word in its environment.
      if (this.folder !== undefined) for (const pid of processesWith(`HEDDLE_TREE=${this.folder}`)) tryKill(pid);
    }
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}
