/** What pages are told of pools, locks and limits. Dates are ISO strings. */
import type { Labels, Rate } from "@/pipelines/limit/limit";
import type { Holder } from "@/pipelines/run/waiting-for";

export interface PoolView {
  readonly kind: "pool" | "lock";
  readonly name: string;
  /** False for the pool `default` as it is, and for a lock or pool that only notebooks name. */
  readonly configured: boolean;
  /** False for a pool that notebooks name and nobody has made: its tasks wait. */
  readonly exists: boolean;
  /** Undefined: as many as there is room for on the workers. */
  readonly slots: number | undefined;
  readonly rate: Rate | undefined;
  /** What a worker has to have to serve the pool; undefined: whoever names it serves it. */
  readonly labels: Labels | undefined;
  /** Where nothing is limited nobody is counted: undefined. */
  readonly holders: readonly Holder[] | undefined;
  readonly waiters: readonly Holder[];
}

export interface NotebookLimitView {
  readonly notebookId: string;
  readonly notebook: string;
  readonly slots: number | undefined;
  readonly runs: number | undefined;
  readonly runningTasks: number | undefined;
  readonly runningRuns: number | undefined;
}

export interface PoolsView {
  readonly pools: readonly PoolView[];
  readonly locks: readonly PoolView[];
  readonly notebooks: readonly NotebookLimitView[];
  readonly workspace: {
    readonly slots: number | undefined;
    readonly runs: number | undefined;
    readonly runningTasks: number | undefined;
    readonly runningRuns: number | undefined;
  };
  /** More wait than are shown. */
  readonly cut: boolean;
}
