/**
 * The task process's end of its pipe to the harness (fd 3). Blocking on purpose: waiting costs nothing, writing holds
 * the user's code back when the harness cannot keep up, and nothing of ours stands in the event loop while a cell runs.
 */
import { readSync, writeSync } from "node:fs";
import { encodeFrame, FrameReader, type Frame } from "@/pipelines/protocol/frame";
import type { CallAnswer, CallWord, Launch, WireResult } from "@/pipelines/protocol/messages";
import type { MetricPoint } from "@/pipelines/sdk/metric-buffer";
import type { WireValue } from "@/pipelines/protocol/messages";

export const channelFd = 3;
/** Answers to calls come on a pipe of their own, which the event loop reads while the cell runs: calls.ts. */
export const answersFd = 4;

export interface TaskLog {
  readonly time: number;
  readonly level: "debug" | "info" | "warn" | "error" | "system";
  readonly text: string;
}

/** What a task process says to its harness. */
export type TaskWord =
  /** Ready for work; `folder` is where it keeps its things in the scratch folder. */
  | { type: "up"; folder: string }
  | { type: "log"; records: readonly TaskLog[] }
  | { type: "metrics"; points: readonly MetricPoint[] }
  | { type: "artifact"; seq: number; name: string; artifactType: string; metadata: unknown; value: WireValue }
  | { type: "progress"; done: number; total?: number; message?: string }
  | ({ type: "call" } & CallWord)
  /** Nothing else is left to happen in the process: it waits for the answers to these calls. */
  | { type: "parked"; calls: readonly number[] }
  | {
      type: "done";
      result: WireResult;
      /** Why the process must not be used again, as far as it is known at once. */
      dirty?: string;
      /** Modules imported for the first time. */
      imported: readonly string[];
    }
  /** After so many orders: what the last one left behind came out on a closer look. Takes no order any more. */
  | { type: "dirty"; why: string; orders: number };

/** What the harness says to a task process. */
export type TaskOrder =
  | { type: "run"; launch: Launch & { program: { hash: string; code: string; lines: NonNullable<Launch["program"]["lines"]> } } }
  /** These files, made by an earlier attempt, are safe in the store. */
  | { type: "clean"; files: readonly string[] };

/** What comes on the pipe of answers. */
export interface TaskAnswer {
  readonly call: number;
  readonly answer: CallAnswer;
}

const frames: Frame[] = [];
const reader = new FrameReader();
const chunk = Buffer.allocUnsafeSlow(256 * 1024);

/** The next order; undefined when the harness is gone. */
export function receive(): TaskOrder | undefined {
  while (frames.length === 0) {
    let bytes: number;
    try {
      bytes = readSync(channelFd, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EINTR") continue;
      return undefined;
    }
    if (bytes === 0) return undefined;
    // Copied: the reader keeps what is not yet a whole frame.
    frames.push(...reader.push(Uint8Array.prototype.slice.call(chunk, 0, bytes)));
  }
  return frames.shift()!.header as TaskOrder;
}

const pause = new Int32Array(new SharedArrayBuffer(4));

export function send(word: TaskWord): void {
  const bytes = encodeFrame(word);
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(channelFd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") Atomics.wait(pause, 0, 0, 1);
      else if (code !== "EINTR") process.reallyExit(70);
    }
  }
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace NodeJS {
    interface Process {
      /** Ends the process at once, without exit handlers. */
      reallyExit(code: number): never;
    }
  }
}
