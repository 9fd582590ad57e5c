/** What is done to runs of a server from the command line, on a real one. */
import fs from "node:fs";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { RunDetail, RunNoteView } from "@/server/run/run-views";
import { ended, runnerFolder } from "@/server/run/testing/workbench";
import { makeBareLock } from "@/server/testing/bare-lock";
import { addPerson, startTestServer, type Person, type TestServer } from "@/server/testing/test-server";
import { main } from "./heddle";

let server: TestServer;
let person: Person;
let token: string;
let environmentDir: string;

beforeAll(async () => {
  environmentDir = makeBareLock();
  server = await startTestServer({ executor: "process", environmentDir, runnerDir: runnerFolder });
  person = await addPerson(server);
  token = ((await person.mutate("workspace.createToken", { name: "cli", scope: "runner" })).data as { token: string }).token;
  await server.heddle.execution.engine();
});
afterAll(async () => {
  await server.close();
  fs.rmSync(environmentDir, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

/** Exit code and complaints. */
async function heddle(command: string, run: string, ...args: string[]): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  for (const method of ["log", "error"] as const) vi.spyOn(console, method).mockImplementation((line: string) => void said.push(line));
  process.exitCode = 0;
  await main(["node", "heddle", command, run, "--server", server.url, "--token", token, ...args]);
  const code = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { code, said: said.join("\n") };
}

async function start(text: string): Promise<string> {
  const { id } = (await person.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string };
  const answer = await person.mutate("run.start", { notebookId: id, revision: 1 });
  if (answer.status !== 200) throw new Error(answer.message);
  return (answer.data as { id: string }).id;
}

async function end(id: string): Promise<RunDetail> {
  await ended(server.heddle.database.pool, id);
  return (await person.call("run.get", { id })).data as RunDetail;
}

const fan = (count: number, bad: number) => `// %% Fit each="n of Array.from({ length: ${count} }, (_, n) => n)" cache=off
if (n === ${bad}) throw new Error("bad");
const fitted = n;

// %% Count
export const all = fitted.length;
`;

test("one element of a fan-out is marked with a note, and what waited for it runs with the others' values", async () => {
  const id = await start(fan(3, 1));
  expect(await end(id)).toMatchObject({ status: "failed", message: expect.stringContaining("“Fit” failed at element 1") as unknown });
  expect(await heddle("mark", id, "--task", "fit[7]", "--as", "succeeded")).toEqual({
    code: 1,
    said: "The run has no task fit[7]: fit, count.",
  });
  expect(await heddle("mark", id, "--task", "fit[0]", "--as", "succeeded")).toMatchObject({ code: 1 });
  expect(await heddle("mark", id, "--task", "fit[1]", "--as", "succeeded", "--note", "an outlier")).toEqual({ code: 0, said: "" });
  const run = await end(id);
  expect(run).toMatchObject({ status: "succeeded", outputs: [{ name: "all", value: { summary: "number · 2" } }] });
  expect(run.taskRuns.find(({ mapIndex }) => mapIndex === 1)).toMatchObject({
    status: "succeeded",
    decision: { type: "marked-succeeded", note: "an outlier" },
  });
  expect((await person.call("run.acts", { id })).data).toMatchObject([{ type: "marked-succeeded", note: "an outlier" }]);
  // And back: the fan-out fails again, and the run says who did it.
  expect(await heddle("mark", id, "--task", "fit[0]", "--as", "failed", "--note", "wrong file")).toMatchObject({ code: 0 });
  expect((await end(id)).message).toMatch(/^“Fit \[0\]” was marked as failed by Person .*: wrong file$/);
}, 60_000);

test("an element of a fan-out too large to be told with its run is found all the same", async () => {
  const id = await start(fan(210, 205));
  expect((await end(id)).taskRuns).toHaveLength(2);
  expect(await heddle("mark", id, "--task", "fit[205]", "--as", "succeeded")).toMatchObject({ code: 0 });
  expect(await end(id)).toMatchObject({ status: "succeeded", outputs: [{ value: { summary: "number · 209" } }] });
}, 120_000);

test("a note is written beside a run, a task or an element", async () => {
  const id = await start(fan(2, 5));
  await end(id);
  expect(await heddle("note", id, "--text", "the good one")).toMatchObject({ code: 0 });
  expect(await heddle("note", id, "--task", "fit[1]", "--text", "odd")).toMatchObject({ code: 0 });
  const notes = (await person.call("run.notes", { id })).data as RunNoteView[];
  const run = await end(id);
  const element = run.taskRuns.find(({ mapIndex }) => mapIndex === 1)!.id;
  expect(notes.map(({ text, taskRunId }) => [text, taskRunId])).toEqual([
    ["the good one", undefined],
    ["odd", element],
  ]);
}, 60_000);
