/**
 * Who wants to hear of changes, inside one process. Told after each commit; listeners coalesce and read what they need.
 * On globalThis, because the server and Next's route handlers are two copies of this module.
 */

export type RunNews =
  | {
      readonly type: "changed";
      readonly runId: string;
      readonly workspaceId: string;
      readonly notebookId: string | undefined;
      /** The run's revision: `seq` of the event row. */
      readonly seq: number;
      readonly taskRunIds: readonly string[];
      readonly ended: boolean;
      /** Another server said so. */
      readonly outside?: true;
    }
  | {
      readonly type: "logs";
      readonly runId: string;
      readonly workspaceId: string;
      readonly taskRunId: string;
      readonly attempt: number;
      readonly total: number;
    }
  | { readonly type: "metrics"; readonly runId: string; readonly workspaceId: string; readonly names: readonly string[] }
  /** Something became of a run that this task run started. */
  | { readonly type: "calls"; readonly runId: string; readonly workspaceId: string; readonly taskRunId: string }
  | {
      readonly type: "progress";
      readonly runId: string;
      readonly workspaceId: string;
      readonly taskRunId: string;
      readonly progress: Progress;
    };

export interface Progress {
  readonly done: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export class RunHub {
  private readonly listeners = new Set<(news: RunNews) => void>();
  private readonly progresses = new Map<string, Progress>();

  publish(news: RunNews): void {
    if (news.type === "progress") this.progresses.set(news.taskRunId, news.progress);
    if (news.type === "changed" && news.ended) {
      for (const id of this.progresses.keys()) if (id.startsWith(`${news.runId}-`)) this.progresses.delete(id);
    }
    for (const listener of this.listeners) {
      try {
        listener(news);
      } catch {
        // One page's fault is not another's, and never the engine's.
      }
    }
  }

  subscribe(listener: (news: RunNews) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** The newest word on how far a running task run is; kept in memory only. */
  progressOf(taskRunId: string): Progress | undefined {
    return this.progresses.get(taskRunId);
  }
}

const shared = globalThis as { heddleRunHub?: RunHub };

export const runHub: RunHub = (shared.heddleRunHub ??= new RunHub());
