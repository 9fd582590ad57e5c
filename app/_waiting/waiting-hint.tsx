"use client";
import { useWaiting } from "./use-waiting";

/** Inside a tooltip, which mounts it when it opens: why a task run waits, in a sentence. */
export function WaitingHint({ taskRunId }: { readonly taskRunId: string }) {
  const waiting = useWaiting(taskRunId);
  if (waiting.error) return <>Could not find out why it waits: {waiting.error.message}</>;
  if (!waiting.data) return <>Finding out why it waits…</>;
  const [first, ...others] = waiting.data.waiting;
  if (!first) return <>It waits for nothing now.</>;
  return (
    <>
      {first.sentence}
      {others.length > 0 && ` And ${others.length === 1 ? "one thing" : `${others.length} things`} more: open the task.`}
    </>
  );
}
