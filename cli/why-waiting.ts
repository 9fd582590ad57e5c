/** `heddle why RUN [TASK] --server URL`: what the waiting tasks of a run wait for. */
import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import type { AppRouter } from "@/server/router";
import { findTaskRun } from "./find-task-run";

export interface WhyOrder {
  readonly runId: string;
  /** Key of a task, an element as `key[3]`; undefined: all that wait. */
  readonly task: string | undefined;
  readonly server: string;
  readonly token: string | undefined;
}

const mostTasks = 20;

/** 0: something waits and was said to; 1: there is nothing that waits; 2: it could not be asked. */
export async function whyWaiting({ runId, task, server, token }: WhyOrder): Promise<number> {
  if (token === undefined) {
    console.error("A server wants a token: make one under Settings there, then pass --token or set HEDDLE_TOKEN.");
    return 2;
  }
  const api = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: new URL("/api/trpc", server).toString(), headers: { authorization: `Bearer ${token}` } })],
  });
  try {
    const run = await api.run.get.query({ id: runId });
    const named = run.taskRuns.map((row) => ({
      ...row,
      name: row.mapIndex === undefined ? row.taskKey : `${row.taskKey}[${row.mapIndex}]`,
    }));
    const meant = named.filter((row) => task === undefined || row.name === task || row.taskKey === task);
    const element = task !== undefined && meant.length === 0 ? await findTaskRun(api, run, task) : undefined;
    if (element) meant.push({ ...element, name: task! });
    if (task !== undefined && meant.length === 0) {
      console.error(`Run #${run.number} has no task "${task}". It has: ${run.tasks.map(({ key }) => key).join(", ")}.`);
      return 2;
    }
    const waiting = meant.filter(({ status }) => status === "blocked" || status === "queued" || status === "waiting");
    for (const { id, name } of waiting.slice(0, mostTasks)) {
      const answer = await api.run.whyWaiting.query({ taskRunId: id });
      for (const { sentence } of answer.waiting) console.log(`${name}: ${sentence}`);
      if (answer.givesUpAt !== undefined)
        console.log(`${name}: It fails as timed out at ${answer.givesUpAt} if it has not started by then.`);
    }
    if (waiting.length > mostTasks) console.log(`… and ${waiting.length - mostTasks} more tasks wait.`);
    if (waiting.length === 0)
      console.log(task === undefined ? "No task of this run waits." : `"${task}" does not wait: it is ${meant[0]!.status}.`);
    return waiting.length === 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    console.error(error.message);
    return 2;
  }
}
