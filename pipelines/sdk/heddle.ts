/**
 * What a cell imports from "heddle". Declarations only: the editor shows them, the compiler reads `param`, and
 * runner/task/sdk.ts implements the rest inside the task's process.
 */

export interface ParamOptions<T> {
  title?: string;
  description?: string;
  /** Smallest allowed number. */
  min?: number;
  /** Largest allowed number. */
  max?: number;
  /** Only whole numbers. */
  integer?: boolean;
  /** The allowed values: shown as a choice. */
  options?: readonly T[];
  /** Several of `options` may be chosen. */
  multiple?: boolean;
  /** A regular expression the text must match. */
  pattern?: string;
  format?: "date" | "date-time" | "json" | "secret" | "file" | "text";
}

/** A parameter of the notebook. Only in the `[params]` cell, and only with literals: it is read without running anything. */
export declare function param<const T extends string | number | boolean>(
  defaultValue: T,
  options: ParamOptions<string | number | boolean> & { options: readonly T[] },
): T;
export declare function param(defaultValue: number, options?: ParamOptions<number>): number;
export declare function param(defaultValue: string, options?: ParamOptions<string>): string;
export declare function param(defaultValue: boolean, options?: ParamOptions<boolean>): boolean;
export declare function param<T>(defaultValue: T, options?: ParamOptions<T>): T;

export interface MetricOptions {
  /** The x of the chart: an epoch, a batch. Counts up from 0 for each name when left out. */
  step?: number;
  /** When it was measured; now when left out. */
  time?: Date | number;
}

/** Records one number of a series: `metric("loss", loss, { step: epoch })`. Returns at once; never fails a task. */
export declare function metric(name: string, value: number, options?: MetricOptions): void;

/** Records several series at one step: `metrics({ loss, accuracy }, epoch)`. */
export declare function metrics(values: Readonly<Record<string, number>>, step?: number): void;

/** Log lines with a level. `console.log` and its siblings work too. */
export declare const log: {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
};

export interface ArtifactOptions {
  /** What it is: a media type or a word of your own, such as `model` or `text/csv`. */
  type?: string;
  /** JSON kept beside it. */
  metadata?: Readonly<Record<string, unknown>>;
}

/** Keeps a file or a value under a name, for good: `artifact("model", weights)`, `artifact("plot.png", { file: "plot.png" })`. */
export declare function artifact(name: string, data: unknown, options?: ArtifactOptions): void;

/** Shows how far a task is: `progress(epoch, epochs)`. */
export declare function progress(done: number, total?: number, message?: string): void;

/** Something to look at. A cell that ends with one shows it; called earlier, it shows at once. */
export interface Shown {
  readonly shown: true;
}

/** Shows rows as a table. */
export declare function table(rows: readonly object[]): Shown;

export interface ChartAxis {
  field: string;
  title?: string;
  scale?: "linear" | "log" | "category" | "time";
}

export interface ChartOptions<Row extends object = Record<string, unknown>> {
  mark?: "line" | "bar" | "scatter" | "area" | "heatmap";
  title?: string;
  /** One object per point. */
  rows: readonly Row[];
  x: (keyof Row & string) | ChartAxis;
  /** `"count"` with `aggregate: "count"`. */
  y: (keyof Row & string) | "count" | ChartAxis;
  /** One point for each x (and series): what becomes of their y. */
  aggregate?: "count" | "sum" | "mean" | "median" | "min" | "max";
  /** One coloured series for each value of this field. */
  series?: keyof Row & string;
  /** Heatmap: the field that gives the colour. */
  value?: keyof Row & string;
}

/** Draws a chart: `chart({ mark: "scatter", rows: cars, x: "Horsepower", y: "Miles_per_Gallon", series: "Origin" })`. */
export declare function chart<Row extends object>(options: ChartOptions<Row>): Shown;

/** Shows a PNG, JPEG, GIF, WebP or SVG image. */
export declare function image(bytes: Uint8Array | ArrayBuffer | string, mediaType?: string): Shown;

/** Shows HTML in a sealed frame: no access to the page, no network. */
export declare function html(text: string): Shown;

/** Shows Markdown. */
export declare function markdown(text: string): Shown;

/** A workspace secret. The cell must name it: `// %% Load secrets=API_KEY`. It is blotted out of logs. */
export declare function secret(name: string): string;

export interface Dataset {
  /** Where the file is: inside `data/` of the working directory, read-only. */
  readonly path: string;
  bytes(): Promise<Uint8Array>;
  text(): Promise<string>;
  json<T = unknown>(): Promise<T>;
  /** Rows of a CSV file with a header line. Numbers, true/false and empty cells (null) are recognised. */
  csv<T = Record<string, string | number | boolean | null>>(): Promise<T[]>;
  /** An Arrow IPC file as a table of `apache-arrow`. */
  arrow<T = unknown>(): Promise<T>;
}

/** A file of the workspace's data folder: `await dataset("cars.json").json<Car[]>()`. */
export declare function dataset(name: string): Dataset;

/** What `runNotebook` rejects with. */
export interface NotebookRunError extends Error {
  readonly name: "NotebookRunError";
  /** Title of the notebook that was asked for. */
  readonly notebook: string;
  /** Of the run that did not succeed; undefined when none was started. */
  readonly runId: string | undefined;
  readonly runNumber: number | undefined;
  /** `refused`: there is no such notebook, a parameter does not fit, or a limit is reached. */
  readonly status: "refused" | "failed" | "cancelled";
  /** `exception`, `timeout`, `out-of-memory`, … */
  readonly reason: string | undefined;
}

/**
 * Runs another notebook of the workspace, by its title, and gives what it exports:
 *
 *     const { meanAbsoluteError } = await runNotebook<{ meanAbsoluteError: number }>("Fuel economy", { learningRate: 0.1 });
 *
 * Usable in loops, `Promise.all`, `try` and recursion. The task holds no place while it waits. Tried again after a failure
 * or a loss, it gets the results of the runs that it had started before. Rejects with a `NotebookRunError`.
 */
export declare function runNotebook<Outputs extends object = Record<string, any>>( // eslint-disable-line @typescript-eslint/no-explicit-any
  notebook: string,
  params?: Readonly<Record<string, unknown>>,
): Promise<Outputs>;

/** A task that failed, as a handler is told. */
export interface FailedTask {
  /** Its key: what the notebook's other cells call it by. */
  readonly task: string;
  readonly title: string;
  /** In a fan-out: which element failed, from 0. */
  readonly mapIndex?: number;
  /** `exception`, `timeout`, `out-of-memory`, … */
  readonly reason: string;
  readonly message: string;
}

/**
 * What is running. A handler (`// %% Tell someone on=failure`) runs after all other tasks have ended, and reads here how
 * they did: `run.failed.map(({ title, message }) => title + ": " + message)`.
 */
export declare const run: {
  readonly id: string;
  readonly notebook: string;
  readonly trigger: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Counts from 1; above 1 when the task is tried again. */
  readonly attempt: number;
  /** In a fan-out: which element this is, from 0. */
  readonly mapIndex: number | undefined;
  /** The time the schedule fired for, ISO 8601. */
  readonly logicalDate: string | undefined;
  /** In a handler only: how the other tasks ended. */
  readonly status: "succeeded" | "failed" | "cancelled" | undefined;
  /** In a handler, when something failed: the reason of the first failure. */
  readonly reason: string | undefined;
  /** In a handler: the tasks that failed, at most 100. Empty everywhere else. */
  readonly failed: readonly FailedTask[];
  /** In a handler: milliseconds since the run's first task started. */
  readonly durationMs: number | undefined;
};
