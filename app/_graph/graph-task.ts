/** What the graph draws: tasks by key, and the state of each. Both the editor and the run page give it theirs. */
import type { ReactNode } from "react";
import type { State } from "../_ui/state-words";

export interface GraphTask {
  readonly key: string;
  readonly title: string;
  readonly needs: readonly { readonly task: string; readonly names: readonly string[] }[];
}

export interface GraphState {
  readonly state: State | undefined;
  readonly stale?: boolean;
  /** The task cannot run: its cell has an error. */
  readonly broken?: boolean;
  /** For a fan-out, "3 of 5". */
  readonly note?: string | undefined;
  /** Shown on hover: why it waits. */
  readonly hint?: ReactNode;
  /** The task runs once per element. */
  readonly mapped?: boolean;
  /** The task runs other notebooks: in words. */
  readonly calls?: string | undefined;
}
