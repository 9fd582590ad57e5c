/**
 * The harness: keeps task processes warm, hands them attempts, watches them, and keeps every word about an attempt until
 * the server has it. It outlives the server: attempts go on, and are found again over the same socket.
 * attempt-record.ts keeps the words, task-process.ts is one process, watchdog.ts ends what goes too far, main.ts starts it.
 */
import { existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { encodeFrame } from "@/pipelines/protocol/frame";
import type { HarnessMessage, Launch, ServerMessage, WireResult } from "@/pipelines/protocol/messages";
import { protocolVersion } from "@/pipelines/protocol/version";
import { AttemptRecord } from "./attempt-record";
import { causeOfDeath, stopped } from "./endings";
import { readOomKills } from "./proc";
import type { HarnessSettings } from "@/pipelines/protocol/harness-settings";
import { TaskProcess } from "./task-process";
import { Watchdog } from "./watchdog";

/** `canWait`: nobody is held up when the frame leaves a little later, together with the next one. */
export type Send = (frame: Uint8Array, canWait?: boolean) => void;

type Program = { hash: string; code: string; lines: readonly unknown[] };

/** A process is replaced after this many attempts: leaks other than of memory (task/hygiene.ts) are slow. A start costs as much as 200 no-ops. */
const mostTasks = 5_000;
/** What starting a process costs before one was seen to start. */
const usualStartMs = 40;
/** Attempts of a run whose time nobody knows yet wait this long for the processes that the run has. */
const patienceMs = 4;
const spareDelayMs = 150;
/** Whoever takes less of a core waits for something else, and others can work meanwhile. */
const busyShare = 0.5;
/** So many attempts waiting are work for a while. */
const plenty = 4;
const unclaimedMs = 600_000;
const mostProgramBytes = 128 * 1024 * 1024;

export class Harness {
  private readonly attempts = new Map<string, AttemptRecord>();
  private queue: AttemptRecord[] = [];
  private readonly processes = new Map<number, TaskProcess>();
  private readonly programs = new Map<string, Program>();
  private programBytes = 0;
  private stale: { slot: number; folder: string }[] = [];
  private readonly preload = new Set<string>();
  private readonly watchdog: Watchdog;
  private send: Send | undefined;
  /** Nobody has said hello yet: whoever started it may be dead. */
  private leaseEnds = performance.now() + unclaimedMs;
  private leaseMs = unclaimedMs;
  private wakeTimer: NodeJS.Timeout | undefined;
  private spareTimer: NodeJS.Timeout | undefined;
  private startMs = usualStartMs;
  /** By run: how long its attempts hold a process, and how much of a core they take meanwhile, the newest counting most. */
  private readonly paces = new Map<string, { readonly heldMs: number; readonly cpu: number }>();
  private spares: number;
  /** Processes in a row that ended before they were ready. */
  private stillborn = 0;
  private oomKills = readOomKills();
  private closing = false;

  constructor(
    private readonly settings: HarnessSettings,
    private readonly id: string,
    private readonly exit: () => void,
  ) {
    this.spares = settings.spares;
    this.watchdog = new Watchdog({
      stop: (process, ending) => process.kill(ending),
      usage: (attempt, cpuMs, memoryBytes) => this.tell({ type: "usage", attempt: attempt.id, cpuMs, memoryBytes }),
    });
    setInterval(() => this.checkLease(), 1000).unref();
    this.keepSpares(0);
  }

  /** A server came: it hears everything from now on; an earlier connection hears nothing more. */
  connect(send: Send): void {
    this.send = send;
    for (const attempt of this.attempts.values()) attempt.attached = false;
  }

  disconnect(send: Send): void {
    if (this.send !== send) return;
    this.send = undefined;
    for (const attempt of this.attempts.values()) attempt.attached = false;
  }

  handle(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
        this.leaseMs = message.leaseMs + message.graceMs;
        this.renew(message.until);
        return this.tell({
          type: "ready",
          version: protocolVersion,
          harness: this.id,
          attempts: [...this.attempts.values()].map(({ id, state }) => ({ attempt: id, state })),
        });
      case "renew-lease":
        this.renew(message.until);
        return this.tell({ type: "alive" });
      case "launch":
        return this.launch(message);
      case "attach": {
        const attempt = this.attempts.get(message.attempt);
        if (!attempt) return;
        attempt.sayAgain();
        if (attempt.state === "running") this.tell({ type: "started", attempt: attempt.id });
        return;
      }
      case "stop": {
        const attempt = this.attempts.get(message.attempt);
        if (attempt) this.stop(attempt, message.reason);
        return;
      }
      case "discard": {
        const attempt = this.attempts.get(message.attempt);
        if (!attempt) return;
        attempt.attached = false;
        this.stop(attempt, "cancelled");
        this.forget(attempt);
        return;
      }
      case "ack": {
        const attempt = this.attempts.get(message.attempt);
        if (!attempt) return;
        if (attempt.acknowledge(message.n)) this.forget(attempt);
        else this.processOf(attempt)?.breathe();
        return;
      }
      case "answer": {
        const attempt = this.attempts.get(message.attempt);
        if (attempt?.answered(message.call)) this.processOf(attempt)?.answer(message.call, message.answer);
        return;
      }
      case "warm":
        this.spares = Math.max(this.spares, Math.min(message.processes, this.settings.slots));
        return this.keepSpares(0);
      case "release":
        this.paces.delete(message.run);
        for (const process of this.processes.values()) {
          if (process.run === message.run && process.state === "idle") process.kill();
        }
        // The next run wants processes that nobody has touched.
        return this.keepSpares(0);
      case "shutdown":
        this.closing = true;
        for (const process of this.processes.values()) process.kill();
        return this.exit();
    }
  }

  private launch(launch: Launch): void {
    if (this.attempts.has(launch.attempt)) return;
    const { hash, code, lines } = launch.program;
    if (code !== undefined && !this.programs.has(hash)) {
      if (this.programBytes > mostProgramBytes) {
        this.programs.clear();
        this.programBytes = 0;
      }
      this.programs.set(hash, { hash, code, lines: lines ?? [] });
      this.programBytes += code.length;
    }
    if (!this.programs.has(hash)) return this.tell({ type: "need-program", attempt: launch.attempt, hash });
    const attempt = new AttemptRecord({ ...launch, program: { hash } }, (frame, isEnd) =>
      // While there is more work here, nobody waits for the word that this one is done.
      this.send?.(frame, isEnd && this.queue.length >= plenty),
    );
    this.attempts.set(attempt.id, attempt);
    this.queue.push(attempt);
    // A server that was frozen between deciding and launching: by now somebody else may have made this attempt again.
    if (performance.now() >= this.leaseEnds) return this.stop(attempt, "lease-lost");
    this.pump();
  }

  /** Gives waiting attempts to processes; starts processes when waiting longer would cost more. */
  private pump(): void {
    if (this.queue.length === 0) return;
    // Attempts of one run wait for the same processes: where one found none, the next need not look.
    const waiting = new Map<string, { first: AttemptRecord; count: number }>();
    for (let index = 0; index < this.queue.length && index < 64; index++) {
      const attempt = this.queue[index]!;
      const kind = `${attempt.launch.isolation}:${attempt.launch.run.id}`;
      const before = waiting.get(kind);
      if (before) {
        before.count++;
        continue;
      }
      const process = this.pick(attempt);
      const program = this.programs.get(attempt.launch.program.hash);
      if (process && program) {
        this.queue.splice(index--, 1);
        attempt.state = "running";
        process.start(attempt, program);
        this.watchdog.watch(process);
        this.tell({ type: "started", attempt: attempt.id });
      } else waiting.set(kind, { first: attempt, count: 1 });
    }
    let ahead = 0;
    for (const { first, count } of waiting.values()) {
      ahead += count;
      this.grow(first, ahead);
    }
    this.keepSpares(spareDelayMs);
  }

  private pick(attempt: AttemptRecord): TaskProcess | undefined {
    const run = attempt.launch.isolation === "run" ? attempt.launch.run.id : undefined;
    let best: TaskProcess | undefined;
    for (const process of this.processes.values()) {
      if (process.state !== "idle") continue;
      if (process.run === undefined) best ??= process;
      // Most recently used first: its caches are warm, and the others may be let go.
      else if (process.run === run && (best?.run === undefined || process.lastUsed > best.lastUsed)) best = process;
    }
    return best;
  }

  private grow(attempt: AttemptRecord, waiting: number): void {
    const { isolation, run } = attempt.launch;
    const now = performance.now();
    let starting = 0;
    let ofRun = 0;
    let longest = 0;
    for (const process of this.processes.values()) {
      if (process.state === "starting") starting++;
      else if (process.run === run.id && process.state === "busy" && isolation === "run") {
        ofRun++;
        longest = Math.max(longest, now - process.startedAt);
      }
    }
    if (starting >= waiting || starting >= availableParallelism()) return;
    let patience = ofRun > 0 ? this.patience(run.id, waiting, ofRun) - (now - attempt.waitingSince) : 0;
    // Until one of them turns out to be slow: it may even wait for one that waits here.
    if (ofRun >= availableParallelism() && this.fillsCores(run.id)) patience = Math.max(patience, this.startMs - longest);
    if (patience > 0) {
      this.wakeTimer ??= setTimeout(() => {
        this.wakeTimer = undefined;
        this.pump();
      }, patience);
      return;
    }
    if (this.spawn(false)) return;
    // Every slot is taken: the one that was idle longest makes room.
    let oldest: TaskProcess | undefined;
    for (const process of this.processes.values()) {
      if (process.state === "idle" && process.run !== run.id && (!oldest || process.lastUsed < oldest.lastUsed)) oldest = process;
    }
    oldest?.kill();
  }

  /** How long waiting attempts leave it at the processes their run has: another costs a start, and a core meanwhile. */
  private patience(run: string, waiting: number, processes: number): number {
    const pace = this.paces.get(run);
    if (pace === undefined) return patienceMs;
    return (waiting * pace.heldMs) / processes < this.startMs ? this.startMs : patienceMs;
  }

  /** Attempts that compute all the time, and are over before a process could be started: one per core is as fast as many. */
  private fillsCores(run: string): boolean {
    const pace = this.paces.get(run);
    return pace !== undefined && pace.heldMs < this.startMs && pace.cpu > busyShare;
  }

  private spawn(spare: boolean): boolean {
    if (this.closing) return false;
    let working = 0;
    for (const process of this.processes.values()) if (!process.isParked) working++;
    if (working >= this.settings.slots) return false;
    // Processes that stand still keep their number.
    for (let slot = 0; slot < this.settings.slots + this.settings.mostParked; slot++) {
      if (this.processes.has(slot)) continue;
      this.processes.set(
        slot,
        new TaskProcess(
          this.settings,
          slot,
          { preload: [...this.preload], sweep: this.takeStale(slot), spare },
          {
            up: (process) => {
              this.startMs = this.startMs * 0.7 + (performance.now() - process.startedAt) * 0.3;
              this.pump();
              this.keepSpares(spareDelayMs);
            },
            done: (process, attempt, result, dirty) => this.done(process, attempt, result, dirty),
            gone: (process, code, signal) => this.gone(process, code, signal),
            returned: (process, attempt) => {
              this.watchdog.forget(process);
              attempt.state = "waiting";
              this.queue.unshift(attempt);
              this.pump();
            },
            parked: () => this.pump(),
            progress: (attempt, word) => this.tell({ ...word, attempt: attempt.id }),
            imported: (modules) => {
              // The next processes import these while they wait for work.
              for (const module of modules) if (this.preload.size < 50 && !module.startsWith("node:")) this.preload.add(module);
            },
          },
        ),
      );
      return true;
    }
    return false;
  }

  private done(process: TaskProcess, attempt: AttemptRecord, result: WireResult, dirty: string | undefined): void {
    this.watchdog.forget(process);
    const { id } = attempt.launch.run;
    const heldMs = performance.now() - process.startedAt;
    const { cpuMs, durationMs } = result.usage;
    const now = { heldMs, cpu: durationMs > 0 ? Math.min(1, cpuMs / durationMs) : 1 };
    const { heldMs: before, cpu } = this.paces.get(id) ?? now;
    this.paces.set(id, { heldMs: before * 0.8 + now.heldMs * 0.2, cpu: cpu * 0.8 + now.cpu * 0.2 });
    attempt.finish(result);
    if (dirty !== undefined || process.tasks >= mostTasks || attempt.launch.isolation !== "run") {
      process.kill();
    } else if (process.state === "gone") return;
    this.pump();
  }

  private gone(process: TaskProcess, code: number | null, signal: NodeJS.Signals | null): void {
    this.watchdog.forget(process);
    if (this.processes.get(process.slot) === process) this.processes.delete(process.slot);
    const { attempt } = process;
    process.attempt = undefined;
    this.stillborn = process.lived ? 0 : this.stillborn + 1;
    if (attempt && attempt.state === "running") {
      const oomKills = readOomKills();
      const memory = attempt.launch.memoryBytes;
      attempt.finish(
        process.ending ??
          causeOfDeath({
            code,
            signal,
            killedByKernel: oomKills > this.oomKills,
            memory,
            lastWords: process.lastWords,
            usage: process.usage(),
          }),
      );
      this.oomKills = oomKills;
    }
    if (process.pid === undefined && attempt === undefined && !this.closing) {
      // It could not even be started: waiting attempts must not wait for ever.
      for (const waiting of this.queue.splice(0)) {
        waiting.finish(stopped("cannot-start", waiting.launch, { durationMs: 0, cpuMs: 0, peakMemoryBytes: 0 }));
      }
    }
    if (process.folder !== undefined) this.stale.push({ slot: process.slot, folder: process.folder });
    if (this.settings.uidBase === undefined)
      for (const folder of this.takeStale(process.slot)) rmSync(join(this.settings.scratch, folder), { recursive: true, force: true });
    this.pump();
    this.keepSpares(spareDelayMs);
  }

  /** Folders of dead processes that hold no value the server has yet to store. */
  private takeStale(slot: number): string[] {
    const needed = new Set<string>();
    for (const { files } of this.attempts.values()) for (const file of files) needed.add(file.split("/")[0]!);
    const mine = this.stale.filter((each) => each.slot === slot && !needed.has(each.folder));
    this.stale = this.stale.filter((each) => !mine.includes(each));
    return mine.map(({ folder }) => folder);
  }

  private stop(attempt: AttemptRecord, reason: "cancelled" | "timeout" | "lease-lost"): void {
    if (attempt.state === "finished") return;
    const process = this.processOf(attempt);
    if (process) {
      process.kill(stopped(reason, attempt.launch, process.usage()));
      return;
    }
    this.queue = this.queue.filter((each) => each !== attempt);
    attempt.finish(stopped(reason, attempt.launch, { durationMs: 0, cpuMs: 0, peakMemoryBytes: 0 }));
  }

  private forget(attempt: AttemptRecord): void {
    this.attempts.delete(attempt.id);
    if (attempt.files.length > 0) for (const process of this.processes.values()) process.clean(attempt.files);
  }

  private processOf(attempt: AttemptRecord): TaskProcess | undefined {
    for (const process of this.processes.values()) if (process.attempt === attempt) return process;
    return undefined;
  }

  /** Keeps processes ready that no run has touched, but only once the work at hand has what it needs. */
  private keepSpares(wait: number): void {
    // Processes that end before they are ready would be started again and again.
    const delay = this.stillborn === 0 ? wait : Math.min(30_000, spareDelayMs * 2 ** this.stillborn);
    if (delay === 0) {
      clearTimeout(this.spareTimer);
      this.spareTimer = undefined;
    } else if (this.spareTimer) {
      this.spareTimer.refresh();
      return;
    }
    this.spareTimer = setTimeout(() => {
      this.spareTimer = undefined;
      if (this.queue.length > 0) return;
      let fresh = 0;
      for (const process of this.processes.values()) {
        if (process.state === "starting" || (process.state === "idle" && process.run === undefined)) fresh++;
      }
      if (fresh < this.spares && this.spawn(true)) this.keepSpares(0);
    }, delay);
  }

  private renew(until: number | undefined): void {
    const left = until === undefined ? this.leaseMs : until - Number(process.hrtime.bigint() / 1_000_000n);
    this.leaseEnds = performance.now() + left;
  }

  private checkLease(): void {
    // Without its socket no server can ever reach it: its home was removed.
    if (!existsSync(this.settings.socket)) {
      for (const attempt of this.attempts.values()) this.stop(attempt, "lease-lost");
      return this.handle({ type: "shutdown" });
    }
    if (performance.now() < this.leaseEnds) return;
    for (const attempt of this.attempts.values()) this.stop(attempt, "lease-lost");
    // Nobody has asked for this harness for the lease and its grace: it is not needed any more.
    if ([...this.attempts.values()].every((attempt) => attempt.state === "finished") && performance.now() > this.leaseEnds + this.leaseMs) {
      this.handle({ type: "shutdown" });
    }
  }

  private tell(message: HarnessMessage): void {
    this.send?.(encodeFrame(message), message.type === "started");
  }
}
