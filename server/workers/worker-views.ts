export interface WorkerView {
  readonly id: string;
  /** "server": a Heddle server, which runs tasks on its own machine too. */
  readonly kind: "worker" | "server";
  readonly name: string;
  readonly host: string;
  readonly version: string;
  readonly executor: "docker" | "process";
  readonly state: "online" | "draining" | "gone";
  readonly pools: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: { readonly used: number; readonly total: number };
  readonly cpus: number;
  /** Part of all cores that was busy as of the last beat, 0 to 1. */
  readonly cpuLoad: number | undefined;
  readonly memoryBytes: number;
  readonly memoryUsed: number | undefined;
  readonly gpus: number;
  /** Of this workspace. A server's other slots are taken by other workspaces. */
  readonly running: readonly RunningTask[];
  readonly connectedAt: string;
  readonly seenAt: string;
}

export interface RunningTask {
  readonly taskRunId: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly taskKey: string;
  readonly title: string;
  readonly mapIndex: number | undefined;
}
