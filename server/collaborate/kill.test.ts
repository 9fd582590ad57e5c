/** kill -9 of the server while people write: what was said to be saved is there, and what was not comes once from who wrote it. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type Database } from "../db/database";
import { freePort } from "../db/embedded-postgres";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { addPerson } from "../testing/test-server";
import { startKillable } from "./testing/killable-heddle";
import { Writer } from "./testing/writer";

let postgres: TestDatabase;
let database: Database;
let home: string;
beforeAll(async () => {
  postgres = await createTestDatabase();
  database = openDatabase(postgres.url);
  home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-together-"));
});
afterAll(async () => {
  await database.close();
  await postgres.drop();
  fs.rmSync(home, { recursive: true, force: true });
});

test("nothing that was said to be saved is lost, nothing that was written is there twice", { timeout: 120_000 }, async () => {
  const port = await freePort();
  const start = () => startKillable({ home, databaseUrl: postgres.url, port });
  let server = await start();
  const { url } = server;
  const person = await addPerson({ url, heddle: { database } });
  const { id } = (await person.mutate("notebook.import", { fileName: "t.ts", text: "// %% A\n" })).data as { id: string };
  const stays = new Writer(url, person, id);
  await stays.joined();
  const write = (writer: Writer, word: string) =>
    writer.edit({ type: "set-source", id: "c1", source: `${writer.notebook.cells[0]!.source}${word};` });
  const expected: string[] = [];
  for (let kill = 0; kill < 3; kill++) {
    const goes = new Writer(url, person, id);
    await goes.joined();
    await goes.until(() => expected.every((word) => goes.notebook.cells[0]!.source.includes(word)));
    // Saved, by somebody who is gone when the server comes back.
    write(goes, `saved${kill}`);
    expect((await goes.save()).type).toBe("stored");
    // The other wrote a moment before the end, and is told nothing about it.
    await stays.until(() => stays.notebook.cells[0]!.source.includes(`saved${kill}`));
    write(stays, `kept${kill}`);
    expected.push(`saved${kill};`, `kept${kill};`);
    await server.kill();
    goes.leave();
    server = await start();
    const fresh = new Writer(url, person, id);
    await fresh.joined();
    expect(fresh.notebook.cells[0]!.source).toContain(`saved${kill};`);
    fresh.leave();
  }
  expect((await stays.save()).type).toBe("stored");
  const stored = (await person.call("notebook.get", { id })).data as { text: string };
  expect(stored.text).toBe(`// %% A\n${expected.join("")}\n`);
  stays.leave();
  await server.kill();
});
