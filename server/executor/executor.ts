/**
 * Executor: where an Attempt runs. docker/ and process/ implement it; testing/conformance.ts holds them together.
 * An executor owns warm containers (or local processes), their sockets and their recovery; it knows nothing of runs
 * beyond the ids it is handed, and never touches the database.
 */
import type { Isolation, Json } from "@/pipelines/compile/dag";
import type { RunOutcome } from "@/pipelines/run/run-outcome";
import type { Reason, RunInfo, TaskError, ValueRef } from "@/pipelines/run/run";
import type { Display } from "@/pipelines/protocol/display";
import type { CallAnswer, CallWord } from "@/pipelines/protocol/messages";

export interface Executor {
  readonly kind: "docker" | "process";
  /** Builds or finds what every attempt needs (image, harness, environment); repeatable. */
  prepare(): Promise<void>;
  /**
   * What attempts in this image run on, by content: part of the cache key. Undefined is the image of cells that name none.
   * Local processes have no image; there it is this machine's Node and the runner.
   */
  imageDigest(image: string | undefined): Promise<string>;
  /** Starts capacity ahead of use, e.g. when a notebook is opened; never throws. */
  warm(scope: WarmScope): void;
  /**
   * Starts one attempt. Resolves once the attempt was handed to a harness (not when it ends); every later word about
   * it goes to the listener. A repeated launch of the same (taskRunId, attempt) does not start it twice.
   */
  launch(request: AttemptRequest, listener: AttemptListener): Promise<LaunchResult>;
  /** Stops an attempt: kills its process. The listener gets `finished` with the reason. Unknown attempts: no effect. */
  stop(attempt: AttemptId, reason: "cancelled" | "timeout" | "lease-lost"): Promise<void>;
  /**
   * After a restart: finds live attempts of an earlier server and reattaches. `decide` says for each whether it is
   * still wanted; wanted ones report to the listener from where their acknowledged words ended, others are killed.
   */
  adopt(decide: (attempt: AttemptId) => AttemptListener | undefined): Promise<readonly AttemptId[]>;
  /**
   * Attempts on other machines turn up whenever their worker comes back: `found` says who is told of them, that they are over
   * ("stale"), or that nobody here knows of them yet (they may be claimed later).
   */
  connect?(found: (attempt: AttemptId) => AttemptListener | "stale" | undefined): void;
  /** Takes up an attempt that turned up before anybody here knew of it; false: there is none. */
  claim?(attempt: AttemptId, listener: AttemptListener): boolean;
  /**
   * Attempts may be at work for so many milliseconds from now without a further call, then they end themselves with the
   * reason lease-lost, whatever becomes of this process. Never called: as long as the executor's own settings say.
   */
  lease(ms: number): void;
  /** The run ended: its warm processes may go. */
  release(runId: string): void;
  close(): Promise<void>;
}

export interface AttemptId {
  readonly taskRunId: string;
  readonly attempt: number;
}

export interface WarmScope {
  readonly workspaceId: string;
  /** Runs of one notebook follow one another in the same container; their processes are never shared. */
  readonly notebookId: string | undefined;
  /** Hash of the lock of its packages; undefined: those that every notebook has. */
  readonly environment?: string | undefined;
}

export interface AttemptRequest extends AttemptId, WarmScope {
  readonly run: RunInfo;
  /** For a handler: how the run went. */
  readonly outcome?: RunOutcome | undefined;
  readonly taskKey: string;
  readonly mapIndex: number | undefined;
  /** "task" runs the cell; "expand" evaluates the `each` sources and returns the element lists. */
  readonly mode: "task" | "expand";
  readonly program: ExecutableProgram;
  readonly inputs: Readonly<Record<string, InputRef>>;
  readonly params: Readonly<Record<string, Json>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly limits: { readonly cpu: number; readonly memory: number; readonly gpu: number; readonly timeoutMs: number };
  readonly isolation: Isolation;
  readonly network: boolean;
  readonly image: string | undefined;
  /** For an executor that knows other machines. */
  readonly pool?: string | undefined;
  /** Files of the data folder that the cell names. */
  readonly datasets?: readonly string[] | "any" | undefined;
  /** A script cell: where there are no images, what this machine has runs it. */
  readonly script?: boolean;
}

/** JavaScript of a task: an async function's source, made by server/notebook/program when the notebook is saved. */
export interface ExecutableProgram {
  /** SHA-256 of `code`; processes keep compiled programs under it. */
  readonly hash: string;
  readonly code: string;
  readonly lines: readonly { line: number; count: number; cell: string; cellKey: string; cellLine: number }[];
}

/** `absent` is a name whose task gave none (join other than all): `undefined` in the cell. */
export type InputRef = ValueRef | { readonly list: readonly ValueRef[] } | { readonly absent: true };

export type LaunchResult =
  | { readonly ok: true; readonly handle: string }
  | { readonly ok: false; readonly reason: Reason; readonly retriable: boolean; readonly message: string };

/**
 * Words about one attempt, in order. Those that return a promise are acknowledged to the harness when it resolves;
 * until then the harness keeps them and sends them again after a reconnect, so each handler must be repeatable.
 */
export interface AttemptListener {
  started(): void;
  /** `offset` counts records of this attempt from 0; a record already seen is ignored. */
  logs(offset: number, records: readonly LogRecord[]): Promise<void>;
  metrics(points: readonly MetricWord[]): Promise<void>;
  artifact(word: ArtifactWord): Promise<void>;
  progress(word: { done: number; total?: number | undefined; message?: string | undefined }): void;
  usage(word: { cpuMs: number; memoryBytes: number }): void;
  /** The cell runs another notebook. Heard again after a reconnect or a restart, until it was answered. */
  call(word: CallWord, answer: (answer: CallAnswer) => void): void;
  /** The cell waits for nothing but these calls: its process stands still until one of them is answered. */
  parked(calls: readonly number[]): void;
  finished(result: AttemptResult): Promise<void>;
}

export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: "debug" | "info" | "warn" | "error" | "stdout" | "stderr" | "system";
  readonly text: string;
}

export interface MetricWord {
  /** Counts the points of this attempt from 0, over all series: (taskRun, attempt, seq) is unique. */
  readonly seq: number;
  readonly name: string;
  readonly value: number;
  readonly step: number;
  readonly time: number;
}

export interface ArtifactWord {
  readonly seq: number;
  readonly name: string;
  readonly type: string;
  readonly metadata: Json;
  readonly value: ValueRef;
}

export type AttemptResult =
  | {
      readonly status: "succeeded";
      readonly outputs: Readonly<Record<string, ValueRef>>;
      /** For mode "expand": one list per `each` variable. */
      readonly elements?: Readonly<Record<string, readonly ValueRef[]>>;
      /** How many other notebooks it ran. */
      readonly calls?: number | undefined;
      readonly displays: readonly Display[];
      readonly usage: Usage;
    }
  | { readonly status: "skipped"; readonly usage: Usage }
  | {
      readonly status: "failed" | "lost" | "cancelled";
      readonly reason: Reason;
      readonly error: TaskError | undefined;
      readonly displays: readonly Display[];
      readonly usage: Usage;
    };

export interface Usage {
  readonly durationMs: number;
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
}
