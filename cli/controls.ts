/** What can be done to a run on a server from the command line; control-run.ts does it. */
export const controls = {
  stop: { text: "Stop a run; its handlers (on=) still run." },
  terminate: { text: "Stop a run, and let nothing of it run any more." },
  pause: { text: "Let nothing new of a run start." },
  resume: { text: "Let a paused run go on." },
  retry: { text: "Run what failed of a run again." },
  clear: { text: "Run a task and everything downstream again, without looking at stored results." },
  mark: { text: "Mark a task, or one element of a fan-out, as succeeded or failed by hand." },
  note: { text: "Write a note beside a run or one of its tasks." },
  answer: { text: "Answer an approval." },
} as const;

export interface ControlFlags {
  readonly server: string;
  readonly token?: string | undefined;
  readonly task?: string;
  readonly as?: "succeeded" | "failed";
  readonly note?: string;
  readonly text?: string;
  readonly reject?: true;
  readonly value?: readonly string[];
}
