/** Three people, 200 times, with cuts of the connection, against the real server: everybody ends with what is stored. */
import crypto from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { format } from "@/pipelines/notebook/format";
import { randomStep, seededRandom } from "@/pipelines/together/testing/random-edit";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import { Writer } from "./testing/writer";

let server: TestServer;
let people: Person[];
beforeAll(async () => {
  server = await startTestServer();
  const owner = await addPerson(server);
  const { workspaceId } = owner;
  people = [owner, await addPerson(server, { workspaceId, role: "editor" }), await addPerson(server, { workspaceId, role: "editor" })];
});
afterAll(() => server.close());

const text =
  "// ---\n// title: Together\n// ---\n\n// %% A\nconst a = 1;\n\n// %% [markdown]\n// text\n\n// %% B retries=2\nconst b = a;\n";

async function sequence(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const [owner] = people as [Person];
  const { id } = (await owner.mutate("notebook.import", { fileName: "t.ts", text })).data as { id: string };
  const writers = people.map((person) => new Writer(server.url, person, id));
  try {
    await Promise.all(writers.map((writer) => writer.joined()));
    const made = new Set(writers[0]!.notebook.cells.map((cell) => cell.id));
    const deleted = new Set<string>();
    const away = new Set<Writer>();
    for (let step = 0; step < 40; step++) {
      const writer = writers[Math.floor(random() * 3)]!;
      const chance = random();
      if (chance < 0.08) {
        writer.cut();
        away.add(writer);
      } else if (chance < 0.16 && away.delete(writer)) writer.comeBack();
      else if (chance < 0.22) await new Promise((resolve) => setImmediate(resolve));
      else if (chance < 0.26 && !away.has(writer)) await writer.delivered();
      else if (chance < 0.28 && !away.has(writer)) await writer.save();
      else {
        const edits = randomStep(random, writer.notebook, () => `n${made.size}`);
        for (const edit of edits) {
          if (edit.type === "insert-cell") made.add(edit.cell.id);
          if (edit.type === "delete-cell") deleted.add(edit.id);
        }
        writer.edit(...edits);
      }
    }
    for (const writer of away) writer.comeBack();
    await Promise.all(writers.map((writer) => writer.delivered()));
    const { revision } = (await writers[0]!.save()) as { revision: number };
    const stored = (await owner.call("notebook.get", { id })).data as { revision: number; text: string; cellIds: string[] };
    for (const writer of writers) await writer.until(() => format(writer.notebook) === stored.text);
    expect(stored.revision).toBe(revision);
    for (const writer of writers) expect(writer.notebook.cells.map((cell) => cell.id)).toEqual(stored.cellIds);
    expect(new Set(stored.cellIds).size).toBe(stored.cellIds.length);
    for (const cell of made) expect(stored.cellIds.includes(cell), cell).toBe(!deleted.has(cell));
  } finally {
    for (const writer of writers) writer.leave();
  }
}

const first = Number(process.env.HEDDLE_TEST_SEED ?? crypto.randomInt(2 ** 30));

test("200 random sequences of three people converge, with no cell lost or there twice", { timeout: 300_000 }, async () => {
  const seeds = Array.from({ length: 200 }, (_, index) => first + index);
  const next = seeds.values();
  const work = async () => {
    for (const seed of next) {
      await sequence(seed).catch((error: unknown) => {
        throw new Error(`Seed ${seed} (HEDDLE_TEST_SEED=${seed} repeats it): ${(error as Error).message}`, { cause: error });
      });
    }
  };
  await Promise.all([work(), work(), work(), work()]);
});
