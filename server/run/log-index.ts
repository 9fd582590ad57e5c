/** Where the records of a log begin, every so many of them: what a read needs to begin in the middle. Neighbour: log-store.ts. */

export const markEvery = 512;

export interface LogIndex {
  /** Byte offset of every 512th record. */
  readonly marks: number[];
  readonly records: number;
  /** Of the log when it was read. */
  readonly bytes: number;
}

/** Those of the logs that were read last and do not grow any more; the longest takes a few kilobytes. */
export class LogIndexes {
  private readonly held = new Map<string, LogIndex>();

  constructor(private readonly most = 256) {}

  get(key: string): LogIndex | undefined {
    const index = this.held.get(key);
    if (index) {
      this.held.delete(key);
      this.held.set(key, index);
    }
    return index;
  }

  set(key: string, index: LogIndex): void {
    this.held.set(key, index);
    if (this.held.size > this.most) this.held.delete(this.held.keys().next().value!);
  }

  delete(key: string): void {
    this.held.delete(key);
  }
}
