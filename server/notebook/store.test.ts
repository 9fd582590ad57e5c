import { afterAll, beforeAll, expect, test } from "vitest";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await addPerson(server);
});
afterAll(() => server.close());

const text = "// %% Load\nconst rows = [1, 2];\n\n// %% Sum\nconst sum = rows.length;\n";

async function makeNotebook(title = "Fuel: economy"): Promise<string> {
  return ((await person.mutate("notebook.create", { title })).data as { id: string }).id;
}

test("a new notebook carries its title in its text and is in the list", async () => {
  const id = await makeNotebook();
  const notebook = (await person.call("notebook.get", { id })).data;
  expect(notebook).toMatchObject({ id, title: "Fuel: economy", revision: 1 });
  expect((notebook as { text: string }).text).toMatch(/^\/\/ ---\n\/\/ title: "Fuel: economy"\n\/\/ ---\n/);
  expect((await person.call("notebook.list")).data).toContainEqual(
    expect.objectContaining({ id, title: "Fuel: economy", revision: 1, recentRuns: [], updatedBy: expect.stringContaining("Person") }),
  );
});

test("a save makes a revision; the same text again does not; an older revision is a conflict that says who saved", async () => {
  const id = await makeNotebook();
  expect((await person.mutate("notebook.save", { id, revision: 1, text })).data).toEqual({ revision: 2 });
  expect((await person.mutate("notebook.save", { id, revision: 1, text })).data).toEqual({ revision: 2 });
  const late = await person.mutate("notebook.save", { id, revision: 1, text: "// %%\n1;\n" });
  expect([late.status, late.code]).toEqual([409, "CONFLICT"]);
  expect(late.message).toContain("Person");
  expect((await person.call("notebook.get", { id })).data).toMatchObject({ text, revision: 2 });
});

test("of many saves from one revision at once exactly one wins", async () => {
  const id = await makeNotebook();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => person.mutate("notebook.save", { id, revision: 1, text: `// %%\n${i};\n` })),
  );
  expect(answers.filter((answer) => answer.status === 200).length).toBe(1);
  expect((await person.call("notebook.get", { id })).data).toMatchObject({ revision: 2 });
});

test("deleting takes a notebook out of sight and restoring brings it back", async () => {
  const id = await makeNotebook();
  await person.mutate("notebook.delete", { id });
  expect((await person.call("notebook.get", { id })).status).toBe(404);
  await person.mutate("notebook.restore", { id });
  expect((await person.call("notebook.get", { id })).status).toBe(200);
});

test("a duplicate has the text under another title", async () => {
  const id = await makeNotebook("Cars");
  const copy = (await person.mutate("notebook.duplicate", { id })).data as { id: string };
  expect((await person.call("notebook.get", { id: copy.id })).data).toMatchObject({ title: "Cars (copy)", revision: 1 });
});

test("an imported file keeps its text and takes its title from it, or from the file's name", async () => {
  const named = await person.mutate("notebook.import", { fileName: "x.ts", text: `// ---\n// title: Named\n// ---\n\n${text}` });
  expect((await person.call("notebook.get", { id: (named.data as { id: string }).id })).data).toMatchObject({ title: "Named" });
  const plain = await person.mutate("notebook.import", { fileName: "../my-first_try.ts", text: "// %% Load\nlet a = 1;\n" });
  expect((await person.call("notebook.get", { id: (plain.data as { id: string }).id })).data).toMatchObject({
    title: "my first try",
    text: "// %% Load\nlet a = 1;\n",
  });
  expect((await person.mutate("notebook.import", { fileName: "a.ipynb", text })).code).toBe("BAD_REQUEST");
});
