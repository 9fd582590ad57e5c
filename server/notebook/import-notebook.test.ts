import { afterAll, beforeAll, expect, test } from "vitest";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { CellState } from "../run/run-views";

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await addPerson(server);
});
afterAll(() => server.close());

const code = (source: string, outputs: object[] = []) => ({ cell_type: "code", metadata: {}, execution_count: 1, source, outputs });
const ipynb = (cells: object[]) =>
  JSON.stringify({ nbformat: 4, metadata: { kernelspec: { name: "deno", language: "typescript" } }, cells });

test("a notebook of Jupyter comes with what it showed, as a run that says it was imported", async () => {
  const text = ipynb([
    code("const rows = [1, 2];", [{ output_type: "stream", text: "loaded\u0000 2" }]),
    code("rows.lenght()", [
      { output_type: "display_data", data: { "text/html": "<b>hi</b>" } },
      { output_type: "error", ename: "TypeError", evalue: "no such thing" },
    ]),
    code("const quiet = rows.length;"),
  ]);
  const { data } = await person.mutate("notebook.import", { fileName: "old-work.ipynb", text });
  const { id, notes } = data as { id: string; notes: string[] };
  expect(notes).toEqual([]);
  const { cells } = (await person.call("notebook.states", { id })).data as { cells: CellState[] };
  expect(
    cells.map(({ taskKey, taskRun, displays, error }) => [taskKey, taskRun.status, displays.map(({ type }) => type), error?.message]),
  ).toEqual([
    ["cell-1", "succeeded", ["text"], undefined],
    ["cell-2", "failed", ["html"], "no such thing"],
  ]);
  const runId = cells[0]!.runId;
  const run = (await person.call("run.get", { id: runId })).data as { trigger: string; status: string; notebookTitle: string };
  expect(run).toMatchObject({ trigger: "import", status: "failed", notebookTitle: "old work" });
  // HTML of others is shown in its sealed frame only.
  expect((await person.call("run.taskRun", { id: cells[1]!.taskRun.id })).status).toBe(200);
  expect(
    ((await person.call("notebook.list")).data as { id: string; recentRuns: unknown[] }[]).find((row) => row.id === id)!.recentRuns,
  ).toHaveLength(1);
});

test("one that showed nothing has no run; what is no notebook is refused with its place", async () => {
  const { id } = (await person.mutate("notebook.import", { fileName: "a.ipynb", text: ipynb([code("1")]) })).data as { id: string };
  expect(((await person.call("notebook.states", { id })).data as { cells: unknown[] }).cells).toEqual([]);
  const bad = await person.mutate("notebook.import", {
    fileName: "b.ipynb",
    text: '{"nbformat":4,"cells":[{"cell_type":"code","source":1}]}',
  });
  expect(bad).toMatchObject({ code: "BAD_REQUEST", message: expect.stringContaining("At cells[0].source") as string });
  expect(await person.mutate("notebook.import", { fileName: "b.py", text: "x" })).toMatchObject({ code: "BAD_REQUEST" });
});
