/** The Executor over this machine and the workers elsewhere: each attempt goes where the engine took a place for it. */
import type { AttemptId, AttemptListener, AttemptRequest, Executor, LaunchResult, WarmScope } from "../executor";
import type { WorkerHub } from "./worker-hub";

export class RoutingExecutor implements Executor {
  constructor(
    private readonly local: Executor,
    private readonly hub: WorkerHub,
  ) {}

  get kind() {
    return this.local.kind;
  }

  prepare(): Promise<void> {
    return this.local.prepare();
  }

  /** Of what runs here. Another machine may be of another make: what it gives is believed to be the same. */
  imageDigest(image: string | undefined): Promise<string> {
    return this.local.imageDigest(image);
  }

  /** Workers have a lease of their own, which their beats renew. */
  lease(ms: number): void {
    this.local.lease(ms);
  }

  warm(scope: WarmScope): void {
    this.local.warm(scope);
  }

  launch(request: AttemptRequest, listener: AttemptListener): Promise<LaunchResult> {
    const { attempts, places } = this.hub;
    const elsewhere = attempts.has(request) || places.reservation(`${request.taskRunId}/${request.attempt}`) !== undefined;
    return (elsewhere ? attempts : this.local).launch(request, listener);
  }

  async stop(attempt: AttemptId, reason: "cancelled" | "timeout" | "lease-lost"): Promise<void> {
    if (this.hub.attempts.has(attempt)) return this.hub.attempts.stop(attempt, reason);
    return this.local.stop(attempt, reason);
  }

  connect(found: (attempt: AttemptId) => AttemptListener | "stale" | undefined): void {
    this.hub.attempts.connect(found);
  }

  claim(attempt: AttemptId, listener: AttemptListener): boolean {
    return this.hub.attempts.claim(attempt, listener);
  }

  async adopt(decide: (attempt: AttemptId) => AttemptListener | undefined): Promise<readonly AttemptId[]> {
    const adopted = [...(await this.local.adopt(decide))];
    for (const attempt of this.hub.attempts.strays()) {
      const listener = decide(attempt);
      if (listener && this.hub.attempts.claim(attempt, listener)) adopted.push(attempt);
    }
    return adopted;
  }

  release(runId: string): void {
    this.local.release(runId);
    this.hub.releaseRun(runId);
  }

  close(): Promise<void> {
    return this.local.close();
  }
}
