/**
 * Calls of `runNotebook` that the running attempt waits for. Their answers come on a pipe of their own (channel.ts) that
 * does not keep the process from having nothing to do: then it says so, and its place is given to others (`park`).
 */
import { Socket } from "node:net";
import { FrameReader } from "@/pipelines/protocol/frame";
import type { CallAnswer, CallWord } from "@/pipelines/protocol/messages";
import { answersFd, type TaskAnswer, type TaskWord } from "./channel";

let pipe: Socket | undefined;
let current: Calls | undefined;

export class Calls {
  private readonly waiting = new Map<number, (answer: CallAnswer) => void>();
  private readonly seen = new Map<string, number>();
  private next = 0;

  constructor(private readonly send: (word: TaskWord) => void) {}

  /** How many calls were made. */
  get count(): number {
    return this.next;
  }

  /** Calls that have no answer yet. */
  get open(): number {
    return this.waiting.size;
  }

  /** Calls of the same notebook with the same parameters are told apart by their number among themselves. */
  ask(notebook: string, params: CallWord["params"]): Promise<CallAnswer> {
    const same = JSON.stringify([notebook, params]);
    const nth = this.seen.get(same) ?? 0;
    this.seen.set(same, nth + 1);
    const call = this.next++;
    listen(this);
    return new Promise((resolve) => {
      this.waiting.set(call, resolve);
      this.send({ type: "call", call, notebook, params, nth });
    });
  }

  /** The event loop has run dry. Returns whether an answer will set it going again. */
  park(): boolean {
    if (this.waiting.size === 0 || !pipe) return false;
    pipe.ref();
    this.send({ type: "parked", calls: [...this.waiting.keys()] });
    return true;
  }

  hear({ call, answer }: TaskAnswer): void {
    const resolve = this.waiting.get(call);
    this.waiting.delete(call);
    resolve?.(answer);
  }

  /** What is answered later belongs to no attempt. */
  close(): void {
    if (current === this) current = undefined;
    this.waiting.clear();
  }
}

function listen(calls: Calls): void {
  current = calls;
  if (pipe) return;
  const reader = new FrameReader();
  pipe = new Socket({ fd: answersFd, readable: true, writable: false });
  pipe.unref();
  pipe.on("error", () => undefined);
  pipe.on("data", (chunk: Buffer) => {
    pipe!.unref();
    for (const { header } of reader.push(chunk)) current?.hear(header as TaskAnswer);
  });
}
