/** Who may open and who may write a notebook together, and how what is saved elsewhere comes in. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { notThere } from "@/pipelines/together/messages";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import { Writer } from "./testing/writer";

let server: TestServer;
let owner: Person;
beforeAll(async () => {
  server = await startTestServer();
  owner = await addPerson(server);
});
afterAll(() => server.close());

const text = "// %% A\nconst a = 1;\n\n// %% B\nconst b = a;\n";
const sourceOf = (writer: Writer, id: string) => writer.notebook.cells.find((cell) => cell.id === id)?.source;

async function makeNotebook(content = text): Promise<string> {
  return ((await owner.mutate("notebook.import", { fileName: "t.ts", text: content })).data as { id: string }).id;
}

interface Stored {
  readonly revision: number;
  readonly text: string;
  readonly cellIds: readonly string[] | undefined;
}
const read = async (id: string) => (await owner.call("notebook.get", { id })).data as Stored;

async function withWriters(
  id: string,
  people: readonly Person[],
  work: (...writers: Writer[]) => Promise<void>,
  url = server.url,
): Promise<void> {
  const writers = people.map((person) => new Writer(url, person, id));
  try {
    await Promise.all(writers.map((writer) => writer.joined()));
    await work(...writers);
  } finally {
    for (const writer of writers) writer.leave();
  }
}

describe("the door", () => {
  const knock = (headers: Record<string, string>) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/collaborate`, { headers });
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode!));
      socket.on("open", () => {
        resolve(101);
        socket.close();
      });
      socket.on("error", () => undefined);
    });

  test("opens for a signed-in page of ours only", async () => {
    const cookie = `__Host-heddle=${owner.token}`;
    expect(await knock({ cookie, origin: server.url })).toBe(101);
    expect(await knock({ origin: server.url })).toBe(401);
    expect(await knock({ cookie, origin: "https://evil.example" })).toBe(403);
    expect(await knock({ cookie })).toBe(403);
  });

  test("shows nothing of another workspace's notebook, and begins none", async () => {
    const stranger = await addPerson(server);
    for (const id of [await makeNotebook(), "none"]) {
      await withWriters(id, [stranger], async (writer) => {
        expect(writer.refusal).toBe(notThere);
        expect(writer.notebook.cells).toEqual([]);
      });
      const { rows } = await server.heddle.database.pool.query("select 1 from notebook_document where notebook_id = $1", [id]);
      expect(rows).toEqual([]);
    }
  });

  test("who may only read sees everything at once and changes nothing", async () => {
    const viewer = await addPerson(server, { workspaceId: owner.workspaceId, role: "viewer" });
    const runner = await addPerson(server, { workspaceId: owner.workspaceId, role: "runner" });
    const id = await makeNotebook();
    await withWriters(id, [owner, viewer, runner], async (writes, ...readers) => {
      writes.edit({ type: "set-source", id: "c1", source: "const a = 2;" });
      for (const reader of readers) {
        await reader.until(() => sourceOf(reader, "c1") === "const a = 2;");
        reader.edit({ type: "set-source", id: "c2", source: "taken over" });
      }
      // They may ask for what others wrote to be saved: a run needs it.
      expect(await readers[1]!.saveAnyway()).toMatchObject({ type: "stored" });
      writes.edit({ type: "set-title", id: "c2", title: "Later" });
      expect((await writes.save()).type).toBe("stored");
      expect((await read(id)).text).toBe("// %% A\nconst a = 2;\n\n// %% Later\nconst b = a;\n");
      expect(sourceOf(writes, "c2")).toBe("const b = a;");
    });
  });

  test("nobody passes for somebody else", async () => {
    const editor = await addPerson(server, { workspaceId: owner.workspaceId, role: "editor" });
    await withWriters(await makeNotebook(), [owner, editor], async (one, two) => {
      two.say({ user: { id: owner.userId, name: "The owner" }, cell: "c1" });
      await one.until(() => one.others.some(({ cell }) => cell === "c1"));
      expect(one.others.map(({ user }) => user?.id)).toEqual([editor.userId]);
    });
  });

  test("closes when the session ends", async () => {
    const editor = await addPerson(server, { workspaceId: owner.workspaceId, role: "editor" });
    await withWriters(await makeNotebook(), [editor], async (writer) => {
      await editor.mutate("workspace.signOut");
      await writer.until(() => !writer.isConnected);
    });
  });
});

describe("saving", () => {
  test("makes a version by who wrote last; opening makes none, and writing nothing makes none", async () => {
    const editor = await addPerson(server, { workspaceId: owner.workspaceId, role: "editor" });
    const id = await makeNotebook("// %% A\r\nconst a = 1;");
    await withWriters(id, [owner, editor], async (one, two) => {
      expect(await one.save()).toMatchObject({ type: "stored", revision: 1 });
      two.edit({ type: "set-source", id: "c1", source: "const a = 2;" });
      expect(await two.save()).toMatchObject({ type: "stored", revision: 2 });
      expect(await one.save()).toMatchObject({ type: "stored", revision: 2 });
    });
    const { versions } = (await owner.call("notebook.versions", { id })).data as {
      versions: { revision: number; author: { id: string } }[];
    };
    expect(versions.map(({ revision, author }) => [revision, author.id])).toEqual([
      [2, editor.userId],
      [1, owner.userId],
    ]);
  });

  test("happens by itself when everybody has left, and the document is forgotten then", async () => {
    const id = await makeNotebook();
    await withWriters(id, [owner], async (writer) => {
      writer.edit({ type: "set-source", id: "c1", source: "const a = 3;" });
      await writer.delivered();
    });
    await until(async () => (await read(id)).text.includes("const a = 3;") && server.heddle.collaboration.size === 0);
  });

  test("tells when it cannot, and does so when it can again", async () => {
    const id = await makeNotebook();
    const { pool } = server.heddle.database;
    await withWriters(id, [owner], async (writer) => {
      await pool.query("alter table notebook_document rename to notebook_document_away");
      writer.edit({ type: "set-source", id: "c1", source: "const a = 4;" });
      expect(await writer.save()).toMatchObject({ type: "failed", message: "The server could not save." });
      await pool.query("alter table notebook_document_away rename to notebook_document");
      expect(await writer.save()).toMatchObject({ type: "stored", revision: 2 });
    });
  });
});

describe("what is saved elsewhere", () => {
  test("over the API comes in beside what is being written; cells stay who they are", async () => {
    const id = await makeNotebook();
    await withWriters(id, [owner], async (writer) => {
      writer.edit({ type: "set-source", id: "c1", source: "const a = 1; // typed" });
      await writer.delivered();
      const saved = await owner.mutate("notebook.save", {
        id,
        revision: 1,
        text: "// %% New\nnew\n\n// %% A\nconst a = 1;\n\n// %% B\nconst b = a + 1;\n",
      });
      expect([200, 409]).toContain(saved.status);
      // What was typed may have been saved before: then the caller is told, and says it again upon the newest.
      if (saved.status === 409) {
        const newest = await read(id);
        const again = newest.text.replace("const b = a;", "const b = a + 1;").replace("// %% A", "// %% New\nnew\n\n// %% A");
        expect((await owner.mutate("notebook.save", { id, revision: newest.revision, text: again })).status).toBe(200);
      }
      await writer.until(() => sourceOf(writer, "c2") === "const b = a + 1;");
      expect(sourceOf(writer, "c1")).toBe("const a = 1; // typed");
      expect(writer.notebook.cells.map(({ title }) => title)).toEqual(["New", "A", "B"]);
      await writer.save();
      expect((await read(id)).text).toBe("// %% New\nnew\n\n// %% A\nconst a = 1; // typed\n\n// %% B\nconst b = a + 1;\n");
    });
  });

  test("a version that is restored comes in too", async () => {
    const id = await makeNotebook();
    await withWriters(id, [owner], async (writer) => {
      writer.edit({ type: "delete-cell", id: "c2" }, { type: "set-source", id: "c1", source: "other" });
      expect(await writer.save()).toMatchObject({ revision: 2 });
      expect((await owner.mutate("notebook.restoreVersion", { id, revision: 1, newest: 2 })).data).toEqual({ revision: 3 });
      await writer.until(() => writer.notebook.cells.length === 2);
      expect(writer.notebook.cells.map(({ source }) => source)).toEqual(["const a = 1;", "const b = a;"]);
      expect(await writer.save()).toMatchObject({ revision: 3 });
    });
  });

  test("cells keep their identities when nobody has the notebook open", async () => {
    const id = await makeNotebook();
    await withWriters(id, [owner], async () => undefined);
    await owner.mutate("notebook.save", { id, revision: 1, text: "// %% B\nconst b = a;\n\n// %% A\nconst a = 5;\n" });
    expect((await read(id)).cellIds).toEqual(["c2", "c1"]);
  });

  test("on another server of the same database: nobody overwrites, everybody sees", async () => {
    const { env } = server.heddle;
    const second = await startTestServer({ env: { ...env, home: `${server.homeDir}-2`, port: 0 } });
    try {
      const id = await makeNotebook();
      await withWriters(id, [owner], async (here) => {
        await withWriters(
          id,
          [owner],
          async (there) => {
            for (let round = 0; round < 5; round++) {
              here.edit({ type: "set-source", id: "c1", source: `${sourceOf(here, "c1")}\neast${round}` });
              there.edit(
                { type: "set-source", id: "c1", source: `west${round}\n${sourceOf(there, "c1")}` },
                { type: "insert-cell", index: 0, cell: { id: `n${round}`, kind: "code", title: "", options: [], source: "" } },
              );
              await Promise.all([here.save(), there.save()]);
            }
            const whole = (writer: Writer) =>
              [0, 1, 2, 3, 4].every((round) =>
                ["east", "west"].every((word) => sourceOf(writer, "c1")?.split(`${word}${round}`).length === 2),
              );
            await here.until(() => whole(here) && here.notebook.cells.length === 7);
            await there.until(() => whole(there) && there.notebook.cells.length === 7);
            expect(there.notebook).toEqual(here.notebook);
            await here.save();
            expect((await read(id)).cellIds).toEqual(here.notebook.cells.map((cell) => cell.id));
          },
          second.url,
        );
      });
    } finally {
      await second.close();
    }
  });

  test("deleted: who has it open is told, and it comes back whole", async () => {
    const id = await makeNotebook();
    await withWriters(id, [owner], async (writer) => {
      await owner.mutate("notebook.delete", { id });
      writer.edit({ type: "set-source", id: "c1", source: "too late" });
      expect((await writer.save()).type).toBe("failed");
      await writer.until(() => writer.refusal === notThere);
    });
    await owner.mutate("notebook.restore", { id });
    expect((await read(id)).text).toBe(text);
  });
});

/** Looks again until it is so: for what no page is told of. */
async function until(test: () => Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 20));
}
