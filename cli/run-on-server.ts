/** `heddle run FILE --server URL`: imports the notebook there, runs it, and tells the same as a run here. */
import path from "node:path";
import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import { compile } from "@/pipelines/compile/compile";
import { jsonOfPreview } from "@/pipelines/protocol/json-of-preview";
import { parse } from "@/pipelines/notebook/parse";
import type { RunReport, TaskReport } from "@/server/run/read-report";
import type { AppRouter } from "@/server/router";
import { readAnswers, type Terminal } from "./answer-approvals";
import { parseAssignments } from "./parse-assignments";
import { printDiagnostics } from "./compile";
import type { RunOptions } from "./run";
import { printEnd, printTask } from "./run-progress";
import { ServerApprovals } from "./server-approvals";

const pollMs = 300;

export async function runOnServer(
  file: string,
  text: string,
  server: { readonly url: string; readonly token: string | undefined },
  options: RunOptions,
  say: (message: string) => void,
  /** Where approvals are asked in place. */
  terminal: Terminal | undefined,
): Promise<number> {
  if (server.token === undefined) {
    console.error("A server wants a token: make one under Settings there, then pass --token or set HEDDLE_TOKEN.");
    return 2;
  }
  const api = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: new URL("/api/trpc", server.url).toString(), headers: { authorization: `Bearer ${server.token}` } })],
  });
  const { dag } = compile(parse(text));
  const given = readAnswers(dag, options.answers);
  if ("faults" in given) {
    console.error(given.faults.join("\n"));
    return 2;
  }
  const assigned = parseAssignments(options.assignments, dag.params);
  if ("faults" in assigned) {
    console.error(assigned.faults.join("\n"));
    return 2;
  }
  try {
    const imported = await api.notebook.import.mutate({ fileName: path.basename(file), text });
    if (imported.diagnostics.some((diagnostic) => diagnostic.severity === "error")) {
      printDiagnostics(imported.diagnostics);
      return 2;
    }
    const order = {
      notebookId: imported.id,
      revision: 1,
      params: assigned.values as never,
      cache: options.cache,
      ...(options.targets && { targets: [...options.targets] }),
      ...(options.timeout !== undefined && { timeout: options.timeout }),
    };
    if (options.dryRun) {
      const { faults, forecast } = await api.run.plan.query(order);
      if (faults.length > 0) {
        console.error(faults.join("\n"));
        return 2;
      }
      if (options.json) console.log(JSON.stringify({ tasks: forecast }, undefined, 2));
      else for (const { key, verdict, sentence } of forecast ?? []) console.log(`${verdict}  ${key}  ${sentence}`);
      return 0;
    }
    const { id, number } = await api.run.start.mutate(order);
    say(`Run #${number}: ${new URL(`/runs/${id}`, server.url).toString()}`);
    const printed = new Set<string>();
    // To the standard error also with --json: who waits for the end should know what it waits for.
    const tell = (message: string) => console.error(message);
    const approvals = new ServerApprovals({ api, server: server.url, given: given.answers, terminal, tell });
    for (;;) {
      const run = await api.run.get.query({ id });
      if (!options.json) for (const row of run.taskRuns) printTask(toTaskReport(row), printed);
      if (run.status !== "queued" && run.status !== "running") {
        approvals.close();
        const report = await toReport(api, run);
        if (options.json) console.log(JSON.stringify(report, undefined, 2));
        else printEnd(report);
        return run.status === "succeeded" ? 0 : 1;
      }
      await approvals.meet(run);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    console.error(error.message);
    return 2;
  }
}

type Api = ReturnType<typeof createTRPCClient<AppRouter>>;
type RunDetail = Awaited<ReturnType<Api["run"]["get"]["query"]>>;

function toTaskReport(row: RunDetail["taskRuns"][number]): TaskReport {
  return {
    key: row.taskKey,
    ...(row.mapIndex !== undefined && { mapIndex: row.mapIndex }),
    status: row.status,
    ...(row.reason && { reason: row.reason }),
    attempts: row.attempt,
    durationMs: Math.round(row.durationMs ?? 0),
    ...(row.cachedFrom && { cachedFrom: row.cachedFrom.taskRunId }),
  };
}

async function toReport(api: Api, run: RunDetail): Promise<RunReport> {
  const summaries = await api.metric.summaries.query({ runIds: [run.id] });
  const places = new Map(run.tasks.map(({ key }, place) => [key, place]));
  const mapped = new Set(run.taskRuns.flatMap((row) => (row.mapIndex === undefined ? [] : [row.taskKey])));
  const outputs = await Promise.all(
    run.outputs.map(async ({ name, task, value }) => {
      const row = run.taskRuns.find((other) => other.taskKey === task && other.mapIndex === undefined);
      if (value === undefined || row === undefined) return [name, value?.summary ?? null] as const;
      const { detail, summary } = await api.run.preview.query({ taskRunId: row.id, name });
      const json = detail && jsonOfPreview(detail);
      return [name, json === undefined ? summary : json] as const;
    }),
  );
  return {
    run: {
      id: run.id,
      status: run.status,
      ...(run.reason && { reason: run.reason }),
      ...(run.message && { message: run.message }),
      durationMs: Math.round(run.durationMs ?? 0),
    },
    tasks: run.taskRuns
      .filter((row) => row.mapIndex !== undefined || !mapped.has(row.taskKey))
      .sort((a, b) => places.get(a.taskKey)! - places.get(b.taskKey)! || (a.mapIndex ?? 0) - (b.mapIndex ?? 0))
      .map(toTaskReport),
    outputs: Object.fromEntries(outputs),
    metrics: Object.fromEntries(
      summaries.map(({ name, count, last, min, max }) => [name, { count, last: Number(last), min: Number(min), max: Number(max) }]),
    ),
  };
}
