/** Raw stdout or stderr to log records: one per line, long lines in pieces, UTF-8 whole across chunks. */
import { StringDecoder } from "node:string_decoder";
import type { AttemptRecord } from "./attempt-record";

const longest = 64 * 1024;

export class OutputLines {
  private decoder = new StringDecoder("utf8");
  private partial = "";

  constructor(private readonly level: "stdout" | "stderr") {}

  push(chunk: Buffer, attempt: AttemptRecord): void {
    if (attempt.logIsFull) {
      this.partial = "";
      attempt.cut(chunk.length);
      return;
    }
    const lines = (this.partial + this.decoder.write(chunk)).split("\n");
    this.partial = lines.pop()!;
    while (this.partial.length > longest) {
      lines.push(this.partial.slice(0, longest));
      this.partial = this.partial.slice(longest);
    }
    this.record(lines, attempt);
  }

  /** The attempt ended: a last line without its newline counts too. */
  end(attempt: AttemptRecord | undefined): void {
    const rest = this.partial + this.decoder.end();
    this.partial = "";
    if (attempt && rest !== "") this.record([rest], attempt);
  }

  private record(lines: readonly string[], attempt: AttemptRecord): void {
    if (lines.length === 0) return;
    const time = Date.now();
    attempt.log(lines.map((line) => ({ time, level: this.level, text: attempt.hide(line.endsWith("\r") ? line.slice(0, -1) : line) })));
  }
}
