import type { RunStatus } from "@/pipelines/run/run";
import type { Role } from "../trpc";

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
  /** Identities of its cells, in order, where editing gave them some; those of `parse` otherwise. */
  readonly cellIds: readonly string[] | undefined;
  /** Of the caller, in this workspace. */
  readonly role: Role;
  /** npm packages that cells of every notebook may import; its own stand in its front matter. */
  readonly packages: readonly string[];
}

/** One saved text of a notebook. */
export interface VersionRow {
  readonly revision: number;
  readonly name: string | undefined;
  readonly createdAt: string;
  readonly author: { readonly id: string; readonly name: string };
  readonly bytes: number;
  /** The newest three runs of this very text. */
  readonly runs: readonly { readonly id: string; readonly number: number }[];
  readonly runCount: number;
}

export interface VersionPage {
  /** Newest first. */
  readonly versions: readonly VersionRow[];
  /** To go on below this revision; undefined: there are no older ones. */
  readonly next: number | undefined;
}

export interface VersionText {
  readonly revision: number;
  readonly text: string;
}
