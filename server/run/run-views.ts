/** What the pages and the API are told about runs. Dates are ISO strings; durations milliseconds. */
import type { WhyPart } from "@/pipelines/run/cache-key";
import type { Json, Task } from "@/pipelines/compile/dag";
import type { AttemptStatus, Decision, Reason, RunStatus, TaskError, TaskRunStatus, Trigger, ValueRef } from "@/pipelines/run/run";
import type { RunAct } from "@/pipelines/run/run-state";
import type { Display } from "@/pipelines/protocol/display";

export interface RunRow {
  readonly id: string;
  readonly number: number;
  readonly notebookId: string | undefined;
  readonly notebookTitle: string;
  readonly revision: number | undefined;
  readonly status: RunStatus;
  readonly reason: Reason | undefined;
  /** One sentence for people when status is failed or cancelled. */
  readonly message: string | undefined;
  readonly trigger: Trigger;
  readonly createdBy: string | undefined;
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly durationMs: number | undefined;
  readonly params: Readonly<Record<string, Json>>;
  /** Nothing new starts until somebody resumes it. */
  readonly paused: { readonly by: string | undefined; readonly at: string } | undefined;
  /** It is being brought to its end. */
  readonly halting: "stop" | "terminate" | undefined;
  /** When it is out of time, if it may not take as long as it likes. */
  readonly deadline: string | undefined;
  /** Kept with all its values, artifacts and logs whatever the retention says: `storage.pin`. */
  readonly pinned: boolean;
  /** Task runs by status. */
  readonly counts: Readonly<Partial<Record<TaskRunStatus, number>>>;
  /** At most four numbers a run is known by: numeric outputs first, then last values of its metrics. */
  readonly headline: readonly { readonly name: string; readonly value: number }[];
}

export interface RunDetail extends RunRow {
  readonly tasks: readonly Task[];
  readonly targets: readonly string[] | undefined;
  readonly cache: "use" | "off";
  /** Milliseconds that it may take. */
  readonly timeout: number | undefined;
  /** Tasks as a whole, and the elements of fan-outs that are not in `groups`. */
  readonly taskRuns: readonly TaskRunRow[];
  /** Large fan-outs by task key: their elements come counted here, and page by page from `run.elements`. */
  readonly groups: Readonly<Record<string, ElementGroup>>;
  /** `count` instead of a value for a name of a fan-out: how many values it has. */
  readonly outputs: readonly {
    readonly name: string;
    readonly task: string;
    readonly value: ValueRef | undefined;
    readonly count?: number | undefined;
  }[];
  /** The run before this one of the same notebook, with its headline, for the difference. */
  readonly previous: { readonly id: string; readonly number: number; readonly headline: RunRow["headline"] } | undefined;
  /** The run and task that started this one with `runNotebook`. */
  readonly calledBy: CalledBy | undefined;
  /** Events already contained, for the subscription to continue from. */
  readonly lastSeq: number;
}

export interface CalledBy {
  readonly runId: string;
  readonly runNumber: number;
  readonly taskRunId: string;
  readonly taskTitle: string;
  readonly mapIndex: number | undefined;
}

/** A run that a task started with `runNotebook`. */
export interface CalledRun {
  readonly id: string;
  readonly number: number;
  readonly notebookTitle: string;
  readonly status: RunStatus;
  readonly message: string | undefined;
  readonly startedAt: string | undefined;
  readonly durationMs: number | undefined;
  readonly params: Readonly<Record<string, Json>>;
  /** Above 0: the run before did not succeed, and the task was tried again. */
  readonly try: number;
}

export interface TaskRunRow {
  readonly id: string;
  readonly taskKey: string;
  /** Undefined for a task that is not mapped and for the row that stands for a fan-out as a whole. */
  readonly mapIndex: number | undefined;
  readonly status: TaskRunStatus;
  readonly reason: Reason | undefined;
  readonly attempt: number;
  readonly queuedAt: string | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly durationMs: number | undefined;
  /** When it goes on by itself: the end of a wait or of the time for an answer, the next try. */
  readonly dueAt: string | undefined;
  readonly decision: DecisionView | undefined;
  /** The run and task run whose result this one reuses. */
  readonly cachedFrom: { readonly runId: string; readonly runNumber: number; readonly taskRunId: string } | undefined;
  /** Runs that it started with `runNotebook`, how many of them have not ended, and how many of those are at work. */
  readonly calls: { readonly total: number; readonly live: number; readonly running: number } | undefined;
  readonly progress: { readonly done: number; readonly total?: number | undefined; readonly message?: string | undefined } | undefined;
}

/** What a person decided about a task run. */
export interface DecisionView {
  readonly type: Decision["type"];
  readonly by: string | undefined;
  readonly at: string;
  readonly note: string | undefined;
}

/** Something that waits for a person. */
export interface InboxItem {
  readonly taskRunId: string;
  readonly taskKey: string;
  readonly title: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly notebookId: string | undefined;
  readonly notebookTitle: string;
  readonly createdBy: string | undefined;
  /** Markdown, with a summary in place of each `${name}`. */
  readonly body: string;
  /** As the cell's header says it: pipelines/compile/parse-form reads it. */
  readonly form: string | undefined;
  readonly assignees: readonly string[];
  /** Whether the caller is one of those who may answer. */
  readonly mine: boolean;
  readonly since: string | undefined;
  readonly dueAt: string | undefined;
}

/** What people did to a run, and when. */
export interface RunActView {
  readonly seq: number;
  readonly at: string;
  readonly type: RunAct["type"];
  readonly by: string | undefined;
  readonly note: string | undefined;
  readonly taskRunId: string | undefined;
}

export interface RunNoteView {
  readonly id: string;
  readonly taskRunId: string | undefined;
  readonly text: string;
  readonly by: string;
  readonly at: string;
  readonly mine: boolean;
}

/** The elements of a large fan-out as a whole. */
export interface ElementGroup {
  readonly total: number;
  readonly counts: Readonly<Partial<Record<TaskRunStatus, number>>>;
  /** Of its first element. */
  readonly queuedAt: string | undefined;
  readonly startedAt: string | undefined;
  /** Of its last element; undefined while one is not done. */
  readonly finishedAt: string | undefined;
  /** The first that failed by itself. */
  readonly culprit: TaskRunRow | undefined;
}

/** Some elements of a fan-out, by their place in its list. */
export interface ElementPage {
  readonly rows: readonly TaskRunRow[];
  /** Of all that were asked for, on all pages. */
  readonly total: number;
}

export interface TaskRunDetail extends TaskRunRow {
  readonly runId: string;
  readonly error: TaskError | undefined;
  readonly displays: readonly Display[];
  readonly attempts: readonly AttemptRow[];
  readonly inputs: readonly { readonly name: string; readonly task: string; readonly value: ValueRef | readonly ValueRef[] | undefined }[];
  readonly outputs: readonly { readonly name: string; readonly value: ValueRef }[];
  readonly params: Readonly<Record<string, Json>>;
  readonly calledRuns: readonly CalledRun[];
  /** "Why did this run?": one sentence and the part that differed. */
  readonly why: Why;
  readonly artifacts: readonly { readonly name: string; readonly type: string; readonly value: ValueRef; readonly metadata: Json }[];
}

export interface Why {
  /** first-run, cache-off, cached, or the kind of key part that differs from the last time. */
  readonly type: WhyPart["type"];
  /** The input, parameter, file or option by name. */
  readonly name: string | undefined;
  readonly sentence: string;
}

export interface AttemptRow {
  readonly attempt: number;
  readonly status: AttemptStatus;
  readonly reason: Reason | undefined;
  readonly error: TaskError | undefined;
  readonly handle: string | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly durationMs: number | undefined;
  readonly cpuMs: number | undefined;
  readonly peakMemoryBytes: number | undefined;
  readonly logRecords: number;
  readonly logCut: number;
}

/** Pushed by `run.watch`: everything that changed since `seq`. */
export interface RunPatch {
  readonly seq: number;
  readonly run: RunRow;
  readonly taskRuns: readonly TaskRunRow[];
  /** Large fan-outs that changed, as they are now. */
  readonly groups: Readonly<Record<string, ElementGroup>>;
}

/** What a notebook's page shows beside each cell: the newest task run of each task, over all runs of the notebook. */
export interface CellState {
  readonly taskKey: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly runStatus: RunStatus;
  /** The unmapped task run, or the group's row of a fan-out. */
  readonly taskRun: TaskRunRow;
  /** Elements of a fan-out by status. */
  readonly elements: Readonly<Partial<Record<TaskRunStatus, number>>> | undefined;
  /** `Task.fingerprint` and parameter values of that run: the cell is stale when today's differ or an upstream one is. */
  readonly fingerprint: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly error: TaskError | undefined;
  readonly displays: readonly Display[];
  /** The values the cell defined, with one line each. */
  readonly outputs: readonly { readonly name: string; readonly summary: string; readonly bytes: number }[];
}
