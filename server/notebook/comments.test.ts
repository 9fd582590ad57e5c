import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { CommentThreadView, MentionView } from "./comment-views";

let server: TestServer;
let ada: Person;
let bob: Person;
let id: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await addPerson(server);
  bob = await addPerson(server, { workspaceId: ada.workspaceId, role: "runner" });
  id = ((await ada.mutate("notebook.create", { title: "Talk" })).data as { id: string }).id;
});
afterAll(() => server.close());

const nameOf = async (person: Person) =>
  (await server.heddle.database.prisma.user.findUniqueOrThrow({ where: { id: person.userId } })).name;
const threads = async (person: Person) => (await person.call("notebook.comments", { id })).data as CommentThreadView[];
const mentions = async (person: Person) => (await person.call("notebook.mentions")).data as MentionView[];
const begin = async (person: Person, text: string) =>
  (await person.mutate("notebook.addComment", { id, cellId: "c1", cellName: "Load", text })).data as { threadId: string; id: string };

test("a thread is begun, answered, resolved and opened again", async () => {
  const { threadId } = await begin(ada, "Is this right?");
  await bob.mutate("notebook.answerComment", { id, threadId, text: "It is." });
  expect(await threads(ada)).toMatchObject([
    {
      id: threadId,
      cellId: "c1",
      comments: [
        { text: "Is this right?", mine: true },
        { text: "It is.", mine: false, by: { id: bob.userId } },
      ],
    },
  ]);
  await bob.mutate("notebook.resolveComments", { threadId, resolved: true });
  expect((await threads(ada))[0]?.resolved?.by).toBe(await nameOf(bob));
  await ada.mutate("notebook.resolveComments", { threadId, resolved: false });
  expect((await threads(ada))[0]?.resolved).toBeUndefined();
});

test("a mention waits for its person until the thread is resolved, and never for oneself", async () => {
  const { threadId } = await begin(ada, `@${await nameOf(bob)} and @${await nameOf(ada)}: look`);
  expect(await mentions(bob)).toMatchObject([{ threadId, notebookId: id, cellName: "Load" }]);
  expect(await mentions(ada)).toEqual([]);
  await ada.mutate("notebook.resolveComments", { threadId, resolved: true });
  expect(await mentions(bob)).toEqual([]);
});

test("one deletes one's own only; the last one takes its thread along", async () => {
  const made = await begin(bob, "mine");
  expect((await ada.mutate("notebook.removeComment", { commentId: made.id })).status).toBe(404);
  expect((await bob.mutate("notebook.removeComment", { commentId: made.id })).status).toBe(200);
  expect((await threads(ada)).map((thread) => thread.id)).not.toContain(made.threadId);
});

test("who reads only does not write", async () => {
  const viewer = await addPerson(server, { workspaceId: ada.workspaceId, role: "viewer" });
  expect((await viewer.mutate("notebook.addComment", { id, cellId: "c1", cellName: "Load", text: "hello" })).status).toBe(403);
  expect((await viewer.call("notebook.comments", { id })).status).toBe(200);
});

test("an answer to a thread of another notebook finds nothing", async () => {
  const other = ((await ada.mutate("notebook.create", { title: "Other" })).data as { id: string }).id;
  const { threadId } = await begin(ada, "here");
  expect((await ada.mutate("notebook.answerComment", { id: other, threadId, text: "there" })).status).toBe(404);
});

test("whoever watches is told of each change", async () => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/live`, {
    headers: { cookie: `__Host-heddle=${bob.token}`, origin: server.url },
  });
  const words: string[] = [];
  let wake: () => void = () => undefined;
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as { result?: { type: string; data?: string } };
    if (message.result?.type === "data") words.push(message.result.data!);
    wake();
  });
  const heard = async (count: number) => {
    while (words.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  await new Promise((resolve) => socket.on("open", resolve));
  socket.send(JSON.stringify({ id: 1, jsonrpc: "2.0", method: "subscription", params: { path: "notebook.watchComments", input: { id } } }));
  await heard(1);
  const { threadId } = await begin(ada, "news");
  await heard(2);
  await ada.mutate("notebook.resolveComments", { threadId, resolved: true });
  await heard(3);
  expect(new Set(words).size).toBe(3);
  socket.close();
});
