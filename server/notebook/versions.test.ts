import { afterAll, beforeAll, expect, test } from "vitest";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { VersionPage } from "./notebook-views";

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await addPerson(server);
});
afterAll(() => server.close());

const textOf = (n: number) => `// %% Load\nconst rows = ${n};\n`;

/** With so many saves: revision n + 1 holds `textOf(n)`. */
async function makeNotebook(saves: number): Promise<string> {
  const { id } = (await person.mutate("notebook.create", { title: "Kept" })).data as { id: string };
  for (let n = 1; n <= saves; n++) await person.mutate("notebook.save", { id, revision: n, text: textOf(n) });
  return id;
}

const list = async (id: string, more: object = {}) => (await person.call("notebook.versions", { id, ...more })).data as VersionPage;

test("every save is a version, newest first, in pages, with who made it", async () => {
  const id = await makeNotebook(5);
  const first = await list(id, { limit: 4 });
  expect(first.versions.map(({ revision }) => revision)).toEqual([6, 5, 4, 3]);
  expect(first.versions[0]).toMatchObject({ runs: [], runCount: 0, author: { name: expect.stringContaining("Person") } });
  expect(first.next).toBe(3);
  const last = await list(id, { limit: 4, cursor: first.next });
  expect(last).toMatchObject({ versions: [{ revision: 2 }, { revision: 1 }] });
  expect(last).not.toHaveProperty("next");
  expect((await person.call("notebook.version", { id, revision: 3 })).data).toEqual({ revision: 3, text: textOf(2) });
});

test("a version has a name, loses it, and those with a name are found", async () => {
  const id = await makeNotebook(3);
  expect(await person.mutate("notebook.nameVersion", { id, revision: 2, name: "  Before the split " })).toMatchObject({ status: 200 });
  expect((await list(id, { named: true })).versions).toMatchObject([{ revision: 2, name: "Before the split" }]);
  await person.mutate("notebook.nameVersion", { id, revision: 2, name: null });
  expect((await list(id, { named: true })).versions).toEqual([]);
  expect(await person.mutate("notebook.nameVersion", { id, revision: 9, name: "none" })).toMatchObject({ status: 404 });
});

test("restoring makes a new version and loses none; one that somebody saved over is a conflict", async () => {
  const id = await makeNotebook(3);
  expect((await person.mutate("notebook.restoreVersion", { id, revision: 2, newest: 4 })).data).toEqual({ revision: 5 });
  expect((await person.call("notebook.get", { id })).data).toMatchObject({ revision: 5, text: textOf(1) });
  expect((await person.call("notebook.version", { id, revision: 4 })).data).toMatchObject({ text: textOf(3) });
  const late = await person.mutate("notebook.restoreVersion", { id, revision: 3, newest: 4 });
  expect([late.status, late.code]).toEqual([409, "CONFLICT"]);
  // The newest restored is the newest still.
  expect((await person.mutate("notebook.restoreVersion", { id, revision: 5, newest: 5 })).data).toEqual({ revision: 5 });
});

test("a version becomes a notebook of its own, which says where it comes from", async () => {
  const id = await makeNotebook(2);
  const fork = (await person.mutate("notebook.forkVersion", { id, revision: 2 })).data as { id: string };
  expect((await person.call("notebook.get", { id: fork.id })).data).toMatchObject({
    revision: 1,
    title: "Kept (from version 2)",
    text: expect.stringContaining("const rows = 1;"),
  });
});

test("a version tells of its runs, and a deleted notebook of nothing", async () => {
  const id = await makeNotebook(1);
  const started = { id: `run-of-${id}`, number: 1 };
  await server.heddle.database.pool.query(
    `insert into run (id, workspace_id, notebook_id, version_id, number, status, spec, source, trigger)
     select $1, workspace_id, notebook_id, id, $2, 'succeeded', '{}', text, 'manual' from notebook_version where notebook_id = $3 and revision = 2`,
    [started.id, started.number, id],
  );
  expect((await list(id)).versions[0]).toMatchObject({ revision: 2, runs: [{ id: started.id, number: started.number }], runCount: 1 });
  await person.mutate("notebook.delete", { id });
  expect(await person.call("notebook.versions", { id })).toMatchObject({ status: 404 });
});
