/** `heddle stop|terminate|pause|resume|retry|clear|mark|note|answer RUN --server URL`: exit 0 done, 1 refused, 2 bad usage. */
import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import { parseForm, readValue } from "@/pipelines/compile/parse-form";
import type { AppRouter } from "@/server/router";
import type { ControlFlags, controls } from "./controls";
import { findTaskRun } from "./find-task-run";

export async function controlRun(what: keyof typeof controls, id: string, flags: ControlFlags): Promise<number> {
  const { server, token, task, note } = flags;
  if (token === undefined) {
    console.error("A server wants a token: make one under Settings there, then pass --token or set HEDDLE_TOKEN.");
    return 2;
  }
  const api = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: new URL("/api/trpc", server).toString(), headers: { authorization: `Bearer ${token}` } })],
  });
  const find = async () => {
    const run = await api.run.get.query({ id });
    const row = await findTaskRun(api, run, task ?? "");
    if (!row) throw new TRPCClientError(`The run has no task ${task}: ${run.tasks.map((one) => one.key).join(", ")}.`);
    return { taskRunId: row.id, form: run.tasks.find((one) => one.key === row.taskKey)?.settings["form"] };
  };
  const kept = note === undefined ? {} : { note };
  try {
    switch (what) {
      case "stop":
      case "terminate":
        await api.run.cancel.mutate({ id, how: what });
        break;
      case "pause":
      case "resume":
        await api.run[what].mutate({ id });
        break;
      case "retry":
        await api.run.retry.mutate({ id, ...(task !== undefined && { taskRunId: (await find()).taskRunId }) });
        break;
      case "clear":
        await api.run.clear.mutate({ taskRunId: (await find()).taskRunId });
        break;
      case "mark":
        await api.run.mark.mutate({ taskRunId: (await find()).taskRunId, as: flags.as!, ...kept });
        break;
      case "note":
        await api.run.addNote.mutate({ id, text: flags.text!, ...(task !== undefined && { taskRunId: (await find()).taskRunId }) });
        break;
      case "answer": {
        const { taskRunId, form } = await find();
        const parsed = parseForm(form);
        const fields = "fields" in parsed ? parsed.fields : [];
        const values = (flags.value ?? []).map((text) => {
          const at = text.indexOf("=");
          const field = fields.find((one) => one.name === text.slice(0, at));
          return [text.slice(0, at), field ? readValue(field, text.slice(at + 1)) : text.slice(at + 1)] as const;
        });
        await api.run.answer.mutate({ taskRunId, approved: !flags.reject, values: Object.fromEntries(values) as never, ...kept });
      }
    }
    return 0;
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    console.error(error.message);
    return 1;
  }
}
