/**
 * `out/metrics.jsonl` of a script, read while it grows: a JSON object per line, `{"name": "loss", "value": 0.3, "step": 1}`;
 * `step` and `time` (milliseconds) may be left out. A line that is none is told in the log and left out.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { Output } from "./output";

const everyMs = 200;
const mostTold = 5;

export class ScriptMetrics {
  private fd: number | undefined;
  private readonly decoder = new StringDecoder("utf8");
  private readonly chunk = Buffer.allocUnsafeSlow(64 * 1024);
  private rest = "";
  private lines = 0;
  private wrong = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly path: string,
    private readonly output: Output,
  ) {
    this.timer = setInterval(() => this.read(), everyMs);
  }

  close(): void {
    clearInterval(this.timer);
    this.read();
    this.rest += this.decoder.end();
    if (this.rest.trim() !== "") this.take(this.rest);
    if (this.fd !== undefined) closeSync(this.fd);
    if (this.wrong > mostTold) this.output.log("warn", `out/metrics.jsonl: ${this.wrong - mostTold} more lines were ignored.`);
    this.output.flush();
  }

  private read(): void {
    try {
      this.fd ??= openSync(this.path, "r");
    } catch {
      // Not there yet, or never.
      return;
    }
    for (;;) {
      const bytes = readSync(this.fd, this.chunk, 0, this.chunk.length, null);
      if (bytes === 0) return;
      const parts = (this.rest + this.decoder.write(this.chunk.subarray(0, bytes))).split("\n");
      this.rest = parts.pop()!;
      for (const line of parts) this.take(line);
    }
  }

  private take(line: string): void {
    this.lines++;
    if (line.trim() === "") return;
    const point = parse(line);
    if (typeof point === "string") {
      if (++this.wrong <= mostTold) this.output.log("warn", `out/metrics.jsonl, line ${this.lines} was ignored: ${point}.`);
      return;
    }
    this.output.metric(point.name, point.value, point.step, point.time);
  }
}

function parse(line: string): { name: string; value: number; step: number | undefined; time: number | undefined } | string {
  let given: Record<string, unknown>;
  try {
    // Python writes these three, which are no JSON.
    given = JSON.parse(line.replace(/:\s*(-?Infinity|NaN)\b/g, ': "$1"')) as Record<string, unknown>;
  } catch {
    return "it is no JSON";
  }
  if (typeof given !== "object" || given === null) return "it is no object";
  const { name, step, time } = given;
  const value = typeof given.value === "string" && /^(-?Infinity|NaN)$/.test(given.value) ? Number(given.value) : given.value;
  if (typeof name !== "string" || name === "" || name.length > 500) return '"name" must be a text';
  if (typeof value !== "number") return '"value" must be a number';
  if (step !== undefined && (typeof step !== "number" || !Number.isFinite(step))) return '"step" must be a number';
  if (time !== undefined && (typeof time !== "number" || !Number.isFinite(time))) return '"time" must be a number of milliseconds';
  return { name, value, step, time };
}
