/**
 * The Executor over any HarnessHost: chooses or starts the harness of an attempt, keeps it warm, reconnects, hands
 * words to listeners. process/process-host.ts and docker/docker-host.ts say where harnesses live.
 */
import type { Launch } from "@/pipelines/protocol/messages";
import type { Reason } from "@/pipelines/run/run";
import { createValueStore, type ValueStore } from "@/server/artifact/store";
import { DamagedObject } from "@/server/artifact/store-fault";
import { AttemptWords } from "./attempt-words";
import type { AttemptId, AttemptListener, AttemptRequest, Executor, LaunchResult, WarmScope } from "./executor";
import type { Lease } from "./harness-connection";
import { HarnessLink } from "./harness-link";
import {
  harnessKey,
  HarnessStartError,
  type HarnessHost,
  type HarnessResources,
  type HarnessScope,
  type RunningHarness,
} from "./harness-host";
import { monotonicNow } from "./monotonic-now";
import { storedHashes } from "./stored-hashes";
import { toWireInput } from "./to-wire-input";
import { ValueKeeper } from "./value-keeper";

export interface HarnessExecutorOptions {
  readonly home: string;
  /** Attempts at once in one harness. */
  readonly slots: number;
  readonly log: (message: string) => void;
  readonly lease?: Lease;
  /** A harness without work ends after this long. */
  readonly idleMs?: number;
  /** At most this many harnesses are kept without work. */
  readonly mostIdle?: number;
  /** Where values rest; default: a folder in `home`. */
  readonly store?: ValueStore;
}

const defaultLease: Lease = { leaseMs: 30_000, graceMs: 600_000 };
/** So many attempts of one harness may wait for other notebooks; those that start then go to another one. */
export const mostParked = 40;
const rememberedAttempts = 10_000;
/** When closing, ends that were heard are given so long to be stored. */
const mostSettlingMs = 1_000;
const defaultResources: HarnessResources = { cpu: 1, memory: 1024 ** 3, gpu: 0, network: false, image: undefined };

type StopReason = "cancelled" | "timeout" | "lease-lost";

interface Member {
  readonly key: string;
  readonly link: HarnessLink;
  readonly attempts: Map<string, AttemptWords>;
  readonly launches: Map<string, Launch>;
  /** Attempts that stand still: each holds a process. */
  readonly parked: Set<string>;
  /** Attempts that were asked to end: said again after a reconnect, because the first word may be lost. */
  readonly stops: Map<string, StopReason>;
  lastUsed: number;
}

export function attemptKey({ taskRunId, attempt }: AttemptId): string {
  return `${taskRunId}#${attempt}`;
}

function parseAttemptKey(key: string): AttemptId {
  const at = key.lastIndexOf("#");
  return { taskRunId: key.slice(0, at), attempt: Number(key.slice(at + 1)) };
}

export class HarnessExecutor implements Executor {
  readonly kind;
  private readonly members = new Map<string, Promise<Member>>();
  private readonly places = new Map<string, Member>();
  /** Attempts handed over, in order of age: a repeated launch must not start one twice. */
  private readonly launched = new Set<string>();
  /** Attempts whose harness is still starting, and the reason for which they were asked to stop meanwhile. */
  private readonly launching = new Map<string, StopReason | undefined>();
  private readonly store: ValueStore;
  private readonly sweep: NodeJS.Timeout;
  private readonly terms: Lease;
  /** By the monotonic clock, which all processes of this machine share. */
  private until: number | undefined;
  private closed = false;
  private prepared: Promise<void> | undefined;

  constructor(
    private readonly host: HarnessHost,
    private readonly options: HarnessExecutorOptions,
  ) {
    this.kind = host.kind;
    this.store = options.store ?? createValueStore(options.home);
    this.terms = { ...(options.lease ?? defaultLease), until: () => this.until };
    this.sweep = setInterval(() => void this.retire(), 5000);
    this.sweep.unref();
  }

  prepare(): Promise<void> {
    this.prepared ??= this.host.prepare().catch((error: unknown) => {
      this.prepared = undefined;
      throw error;
    });
    return this.prepared;
  }

  imageDigest(image: string | undefined): Promise<string> {
    return this.host.imageDigest(image);
  }

  warm(scope: WarmScope): void {
    if (this.closed || scope.notebookId === undefined) return;
    const harness: HarnessScope = { workspaceId: scope.workspaceId, group: scope.notebookId, only: undefined };
    this.member(harness, { ...defaultResources, environment: scope.environment })
      .then((member) => {
        member.lastUsed = performance.now();
        member.link.send({ type: "warm", processes: 2 });
      })
      .catch((error: unknown) => this.options.log(`Warming failed: ${String(error)}`));
  }

  async launch(request: AttemptRequest, listener: AttemptListener): Promise<LaunchResult> {
    const id = attemptKey(request);
    const place = this.places.get(id);
    if (place) return { ok: true, handle: place.link.harness.name };
    if (this.launched.has(id)) return { ok: true, handle: "finished" };
    this.remember(id);
    this.launching.set(id, undefined);
    try {
      const { cpu, memory, gpu } = request.limits;
      const resources = {
        cpu,
        memory,
        gpu,
        network: request.network,
        environment: request.environment,
        image: this.kind === "process" && request.script ? undefined : request.image,
      };
      const only = request.isolation === "container" ? { taskRunId: request.taskRunId, attempt: request.attempt } : undefined;
      const group = request.notebookId ?? request.run.id;
      await this.store.hold(request.workspaceId, storedHashes(request.inputs), id);
      const member = await this.memberWithRoom({ workspaceId: request.workspaceId, group, only }, resources);
      if (member.link.isClosed) throw new HarnessStartError("node-lost", true, `${member.link.harness.name} has just ended.`);
      const launch = toLaunch(id, request);
      this.follow(member, id, listener);
      member.launches.set(id, launch);
      member.link.launch(launch);
      const stopped = this.launching.get(id);
      if (stopped) stopAt(member, id, stopped);
      return { ok: true, handle: member.link.harness.name };
    } catch (error) {
      this.launched.delete(id);
      this.letGo(id);
      const message = error instanceof Error ? error.message : String(error);
      // Asking again brings no damaged value back.
      if (error instanceof DamagedObject) return { ok: false, reason: error.reason, retriable: false, message };
      const known = error instanceof HarnessStartError;
      return { ok: false, reason: known ? error.reason : "internal", retriable: known ? error.retriable : true, message };
    } finally {
      this.launching.delete(id);
    }
  }

  async stop(attempt: AttemptId, reason: StopReason): Promise<void> {
    const id = attemptKey(attempt);
    if (this.launching.has(id)) this.launching.set(id, reason);
    const member = this.places.get(id);
    if (member) stopAt(member, id, reason);
  }

  async adopt(decide: (attempt: AttemptId) => AttemptListener | undefined): Promise<readonly AttemptId[]> {
    const adopted: AttemptId[] = [];
    await Promise.all(
      (await this.host.find()).map(async (harness) => {
        try {
          if (this.members.has(harness.key)) return;
          const joining = this.join(harness);
          this.members.set(harness.key, joining);
          joining.catch(() => this.members.delete(harness.key));
          const member = await joining;
          for (const { attempt } of member.link.found) {
            const listener = decide(parseAttemptKey(attempt));
            if (!listener) {
              member.link.send({ type: "discard", attempt });
              continue;
            }
            this.remember(attempt);
            this.follow(member, attempt, listener);
            member.link.send({ type: "attach", attempt });
            adopted.push(parseAttemptKey(attempt));
          }
          if (harness.dedicated && member.attempts.size === 0) await this.drop(member);
        } catch (error) {
          this.options.log(`${harness.name} does not answer and is removed: ${String(error)}`);
          await harness.remove();
        }
      }),
    );
    await this.store
      .releaseOthers(new Set([...this.places.keys(), ...this.launching.keys()]))
      .catch((error: unknown) => this.options.log(`Values of attempts that ended were not let go: ${String(error)}`));
    return adopted;
  }

  lease(ms: number): void {
    this.until = monotonicNow() + ms;
    for (const joining of this.members.values()) joining.then((member) => member.link.renew()).catch(() => undefined);
  }

  release(runId: string): void {
    for (const joining of this.members.values()) {
      joining.then((member) => member.link.send({ type: "release", run: runId })).catch(() => undefined);
    }
  }

  /** Ends idle harnesses. Those with work go on: whoever starts next adopts them. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.sweep);
    const joined = await Promise.allSettled(this.members.values());
    await Promise.all(
      joined.map(async (each) => {
        if (each.status === "rejected") return;
        const words = [...each.value.attempts.values()];
        // An end that comes while the engine closes is never saved by it: unacknowledged, it is told to whoever starts next.
        const late = pause(mostSettlingMs);
        await Promise.race([Promise.all(words.filter(({ finished }) => finished).map(({ settled }) => settled)), late.over]);
        late.cancel();
        if (each.value.attempts.size === 0) await this.drop(each.value);
        else this.detach(each.value);
      }),
    );
  }

  /** Lets go of everything without a word, as a killed server does. For tests of adoption. */
  async abandon(): Promise<void> {
    this.closed = true;
    clearInterval(this.sweep);
    for (const each of await Promise.allSettled(this.members.values())) if (each.status === "fulfilled") this.detach(each.value);
  }

  /** Cuts every connection, as a network fault would. For tests of reconnecting. */
  async interrupt(): Promise<void> {
    for (const each of await Promise.allSettled(this.members.values())) if (each.status === "fulfilled") each.value.link.interrupt();
  }

  private detach(member: Member): void {
    for (const words of member.attempts.values()) words.abandon();
    member.link.close();
  }

  private async memberWithRoom(scope: HarnessScope, resources: HarnessResources): Promise<Member> {
    for (let spill = 0; ; spill++) {
      const member = await this.member(spill === 0 ? scope : { ...scope, group: `${scope.group}+${spill}` }, resources);
      if (member.parked.size < mostParked) return member;
    }
  }

  private member(scope: HarnessScope, resources: HarnessResources): Promise<Member> {
    const key = harnessKey({ scope, resources });
    const known = this.members.get(key);
    if (known) return known;
    const starting = (async () => {
      await this.prepare();
      return this.join(await this.host.start({ scope, resources, slots: scope.only ? 1 : this.options.slots }));
    })();
    this.members.set(key, starting);
    starting.catch(() => {
      if (this.members.get(key) === starting) this.members.delete(key);
    });
    return starting;
  }

  private async join(harness: RunningHarness): Promise<Member> {
    const attempts = new Map<string, AttemptWords>();
    const launches = new Map<string, Launch>();
    const parked = new Set<string>();
    const stops = new Map<string, StopReason>();
    const link: HarnessLink = await HarnessLink.open(harness, this.terms, {
      message: (message) => {
        if (message.type === "ready" || message.type === "alive") return;
        if (message.type === "need-program") {
          const launch = launches.get(message.attempt);
          if (launch) link.launch(launch, true);
          return;
        }
        if (message.type === "parked" && attempts.has(message.attempt)) parked.add(message.attempt);
        attempts.get(message.attempt)?.hear(message);
      },
      malformed: (attempt, problem) => {
        this.options.log(`${harness.name} sent a word that does not fit the protocol: ${problem}`);
        const words = attempt === undefined ? undefined : attempts.get(attempt);
        if (!words || attempt === undefined) return;
        link.send({ type: "discard", attempt });
        words.end(lost("failed", "internal", "The task's process sent something that is no message of Heddle."));
      },
      reattach: () => [...attempts].filter(([, words]) => !words.finished).map(([id]) => launches.get(id) ?? id),
      reconnected: (found) => {
        for (const [attempt, reason] of stops) link.send({ type: "stop", attempt, reason });
        // Its end is stored, but the word that said so was lost.
        for (const attempt of found) if (!attempts.has(attempt)) link.send({ type: "discard", attempt });
      },
      gone: ({ reason, message }) => {
        this.members.delete(harness.key);
        for (const words of attempts.values()) words.end(lost(reason === "out-of-memory" ? "failed" : "lost", reason, message));
      },
    });
    return { key: harness.key, link, attempts, launches, parked, stops, lastUsed: performance.now() };
  }

  private follow(member: Member, id: string, listener: AttemptListener): void {
    const { harness } = member.link;
    const values = new ValueKeeper(this.store, harness.workspaceId, harness.scratch, this.options.log);
    const words = new AttemptWords(listener, values, {
      acknowledge: (n) => member.link.send({ type: "ack", attempt: id, n }),
      answer: (call, answer) => {
        member.parked.delete(id);
        member.link.send({ type: "answer", attempt: id, call, answer });
      },
      ended: () => {
        member.parked.delete(id);
        member.attempts.delete(id);
        member.launches.delete(id);
        member.stops.delete(id);
        this.places.delete(id);
        member.lastUsed = performance.now();
        this.letGo(id);
        if (harness.dedicated) void this.drop(member);
      },
      log: this.options.log,
    });
    member.attempts.set(id, words);
    this.places.set(id, member);
  }

  private letGo(id: string): void {
    this.store.release(id).catch((error: unknown) => this.options.log(`The values of ${id} were not let go: ${String(error)}`));
  }

  private remember(id: string): void {
    this.launched.add(id);
    if (this.launched.size > rememberedAttempts) this.launched.delete(this.launched.values().next().value!);
  }

  private async retire(): Promise<void> {
    const idle: Member[] = [];
    for (const each of await Promise.allSettled(this.members.values())) {
      if (each.status === "fulfilled" && each.value.attempts.size === 0) idle.push(each.value);
    }
    idle.sort((a, b) => b.lastUsed - a.lastUsed);
    const { idleMs = 300_000, mostIdle = 8 } = this.options;
    const old = idle.filter((member, index) => index >= mostIdle || performance.now() - member.lastUsed > idleMs);
    await Promise.all(old.map((member) => this.drop(member)));
  }

  private async drop(member: Member): Promise<void> {
    this.members.delete(member.key);
    member.link.close();
    await member.link.harness
      .remove()
      .catch((error: unknown) => this.options.log(`${member.link.harness.name} could not be removed: ${String(error)}`));
  }
}

function stopAt(member: Member, attempt: string, reason: StopReason): void {
  member.stops.set(attempt, reason);
  member.link.send({ type: "stop", attempt, reason });
}

function lost(status: "failed" | "lost", reason: Reason, message: string) {
  const usage = { durationMs: 0, cpuMs: 0, peakMemoryBytes: 0 };
  return { status, reason, error: { name: "AttemptLost", message, frames: [] }, displays: [], usage } as const;
}

function pause(ms: number): { readonly over: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout;
  return { over: new Promise((resolve) => (timer = setTimeout(resolve, ms))), cancel: () => clearTimeout(timer) };
}

function toLaunch(id: string, request: AttemptRequest): Launch {
  const { run, outcome, program, limits } = request;
  return {
    type: "launch",
    attempt: id,
    taskKey: request.taskKey,
    ...(request.mapIndex === undefined ? {} : { mapIndex: request.mapIndex }),
    attemptNumber: request.attempt,
    mode: request.mode,
    run: {
      id: run.id,
      workspaceId: run.workspaceId,
      ...(run.notebookId === undefined ? {} : { notebookId: run.notebookId }),
      notebook: run.notebook,
      trigger: run.trigger,
      params: run.params as never,
      ...(run.logicalDate === undefined ? {} : { logicalDate: run.logicalDate }),
      ...(outcome === undefined ? {} : { outcome }),
    },
    program: { hash: program.hash, code: program.code, lines: program.lines as never },
    inputs: Object.fromEntries(Object.entries(request.inputs).map(([name, input]) => [name, toWireInput(input)])),
    params: request.params as never,
    secrets: { ...request.secrets },
    memoryBytes: limits.memory,
    timeoutMs: limits.timeoutMs,
    isolation: request.isolation,
  };
}
