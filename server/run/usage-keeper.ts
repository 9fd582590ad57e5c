/**
 * Keeps what attempts use over time: gathered in memory, written a few seconds at a time in one statement for all. Attempts
 * that end within a second have no sample and cost nothing here. Neighbours: attempt-listener.ts tells, read-usage.ts reads.
 */
import { UsageSamples, type UsageSample } from "@/pipelines/metric/usage-samples";
import type { Pool } from "../db/pool";
import { loadUsageSql, saveUsageSql } from "../db/usage.sql";

export interface UsageOrigin {
  readonly workspaceId: string;
  readonly runId: string;
  readonly taskRunId: string;
  readonly attempt: number;
}

interface Kept {
  readonly origin: UsageOrigin;
  samples: UsageSamples;
  /** Has samples that are not written. */
  dirty: boolean;
  /** What an earlier process wrote is still to be read. */
  unread: boolean;
}

const writeEveryMs = 2_000;

export class UsageKeeper {
  private readonly attempts = new Map<string, Kept>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly pool: Pool,
    private readonly complain: (what: string, error: unknown) => void,
  ) {}

  /** `adopted`: it was at work before this process was. */
  note(origin: UsageOrigin, sample: UsageSample, adopted: boolean): void {
    const id = `${origin.taskRunId}#${origin.attempt}`;
    let kept = this.attempts.get(id);
    if (!kept) this.attempts.set(id, (kept = { origin, samples: new UsageSamples(), dirty: false, unread: adopted }));
    kept.samples.add(sample);
    kept.dirty = true;
    this.timer ??= setTimeout(() => void this.write(), writeEveryMs).unref();
  }

  /** The attempt has ended: what is known of it is written with the others, then forgotten. */
  end(origin: UsageOrigin): void {
    const id = `${origin.taskRunId}#${origin.attempt}`;
    if (!this.attempts.has(id)) return;
    void this.write().then(() => this.attempts.delete(id));
  }

  /** Everything noted so far is in the database once it resolves, or was complained about. */
  write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    return (this.writing = this.writing.then(() =>
      this.store().catch((error: unknown) => this.complain("Keeping what attempts use", error)),
    ));
  }

  private async store(): Promise<void> {
    const dirty = [...this.attempts.values()].filter((kept) => kept.dirty);
    if (dirty.length === 0) return;
    for (const kept of dirty) {
      if (kept.unread) await this.read(kept);
      kept.dirty = false;
    }
    dirty.sort((a, b) => (a.origin.taskRunId < b.origin.taskRunId ? -1 : 1));
    const column = <T>(of: (kept: Kept) => T) => dirty.map(of);
    const saved = this.pool.query(saveUsageSql, [
      column(({ origin }) => origin.taskRunId),
      column(({ origin }) => origin.attempt),
      column(({ origin }) => origin.workspaceId),
      column(({ origin }) => origin.runId),
      column(({ samples }) =>
        JSON.stringify(samples.list.map(({ at, cpuMs, memoryBytes }) => [Math.round(at), Math.round(cpuMs), Math.round(memoryBytes)])),
      ),
    ]);
    await saved.catch((error: unknown) => {
      for (const kept of dirty) kept.dirty = true;
      throw error;
    });
  }

  private async read(kept: Kept): Promise<void> {
    const { rows } = await this.pool.query<{ at: number[]; cpu: number[]; memory: number[] }>(loadUsageSql, [
      kept.origin.taskRunId,
      kept.origin.attempt,
    ]);
    kept.unread = false;
    const [row] = rows;
    if (!row) return;
    const before = row.at.map((at, n) => ({ at, cpuMs: row.cpu[n]!, memoryBytes: row.memory[n]! }));
    const samples = new UsageSamples(before);
    for (const sample of kept.samples.list) samples.add(sample);
    kept.samples = samples;
  }
}
