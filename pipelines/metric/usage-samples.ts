/**
 * What an attempt used over time, bounded: when there are too many samples every two become one, and what comes later is
 * gathered at the same resolution. The most memory of what was merged stays, so that no spike is hidden.
 */
export interface UsageSample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** CPU time of the attempt until then. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

export const mostUsageSamples = 240;

export class UsageSamples {
  private kept: UsageSample[];
  /** So many samples become one. */
  private every = 1;
  private gathered = 0;

  constructor(earlier: readonly UsageSample[] = []) {
    this.kept = [...earlier];
  }

  get list(): readonly UsageSample[] {
    return this.kept;
  }

  add(sample: UsageSample): void {
    const last = this.kept.at(-1);
    if (last && this.gathered > 0 && this.gathered < this.every) {
      this.kept[this.kept.length - 1] = merge(last, sample);
      this.gathered++;
      return;
    }
    if (this.kept.length >= mostUsageSamples) this.halve();
    this.kept.push(sample);
    this.gathered = 1;
  }

  private halve(): void {
    const { kept } = this;
    this.kept = [];
    for (let at = 0; at < kept.length; at += 2) this.kept.push(kept[at + 1] ? merge(kept[at]!, kept[at + 1]!) : kept[at]!);
    this.every *= 2;
  }
}

function merge(earlier: UsageSample, later: UsageSample): UsageSample {
  return { ...later, memoryBytes: Math.max(earlier.memoryBytes, later.memoryBytes) };
}
