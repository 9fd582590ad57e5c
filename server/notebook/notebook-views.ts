import type { RunStatus } from "@/pipelines/run/run";

export interface NotebookRow {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly revision: number;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly taskCount: number;
  readonly errorCount: number;
  /** Newest first, at most ten. */
  readonly recentRuns: readonly { readonly id: string; readonly number: number; readonly status: RunStatus; readonly createdAt: string }[];
}

export interface NotebookDetail {
  readonly id: string;
  readonly title: string;
  readonly revision: number;
  readonly text: string;
  readonly updatedAt: string;
  /** npm packages of the environment that cells may import. */
  readonly packages: readonly string[];
}
