import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderObjects } from "../artifact/folder-objects";
import { S3Objects } from "../artifact/s3-objects";
import { startTestS3, type TestS3 } from "../artifact/testing/s3-server";
import { createLogStore, type LogPlace } from "./log-store";

let s3: TestS3;
let home: string;
const place: LogPlace = { workspaceId: "w", runId: "r", taskRunId: "r-0", attempt: 1 };
const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({ time: n, level: "info" as const, text: `line ${from + n}` }));
const file = () => path.join(home, "store/w/logs/r/r-0-1.ndjson");

beforeEach(async () => {
  s3 = await startTestS3();
  home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-logs-"));
});
afterEach(async () => {
  await s3.close();
  fs.rmSync(home, { recursive: true, force: true });
});

test("the log of an attempt that ended rests with the values, and is read from there", async () => {
  const objects = new S3Objects(s3.place);
  const logs = createLogStore(home, { objects });
  await logs.append(place, 0, lines(0, 2000));
  expect((await logs.read(place, 1998, 10)).records.map(({ text }) => text)).toEqual(["line 1998", "line 1999"]);
  expect(await objects.stat("w/logs/r/r-0-1.ndjson")).toBeUndefined();
  await logs.close(place);
  expect(fs.existsSync(file())).toBe(false);
  const elsewhere = createLogStore(fs.mkdtempSync(path.join(home, "other-")), { objects });
  const read = await elsewhere.read(place, 1999, 10);
  expect([read.records.map(({ text }) => text), read.total]).toEqual([["line 1999"], 2000]);
});

test("a log that could not be sent stays, is read from here, and goes with the next flush", async () => {
  const away = createLogStore(home, { objects: new S3Objects({ ...s3.place, bucket: "nobody" }) });
  await away.append(place, 0, lines(0, 3));
  await away.close(place);
  expect((await away.read(place, 0, 10)).total).toBe(3);
  const objects = new S3Objects(s3.place);
  const back = createLogStore(home, { objects });
  const open = { ...place, taskRunId: "r-1" };
  await back.append(open, 0, lines(0, 1));
  // The one that stayed, and a copy of the other.
  expect(await back.flush()).toBe(2);
  expect(fs.existsSync(file())).toBe(false);
  expect((await back.read(place, 0, 10)).total).toBe(3);
  // One that is being written stays.
  expect((await back.read(open, 0, 10)).total).toBe(1);
});

test("a log in a folder stays where it is", async () => {
  const logs = createLogStore(home, { objects: new FolderObjects(path.join(home, "store")) });
  await logs.append(place, 0, lines(0, 3));
  await logs.close(place);
  expect([await logs.flush(), fs.existsSync(file())]).toEqual([0, true]);
});

test("of a log that is being written a copy is elsewhere, and another machine goes on with it", async () => {
  const objects = new S3Objects(s3.place);
  const logs = createLogStore(home, { objects });
  await logs.append(place, 0, lines(0, 3));
  expect(await logs.flush()).toBe(1);
  expect(await logs.flush()).toBe(0);
  await logs.append(place, 3, lines(3, 2));
  const otherHome = fs.mkdtempSync(path.join(home, "other-"));
  const other = createLogStore(otherHome, { objects });
  expect((await other.read(place, 0, 10)).records.map(({ text }) => text)).toEqual(["line 0", "line 1", "line 2"]);
  // The first machine is gone with what came after its last copy; the harness tells what it has not seen acknowledged.
  await other.append(place, 5, lines(5, 1));
  await other.close(place);
  expect((await other.read(place, 0, 10)).records.map(({ text }) => text)).toEqual(["line 0", "line 1", "line 2", "line 5"]);
  expect(fs.readdirSync(path.join(home, "sending"))).toEqual([]);
});

test("a long log that has ended is read page by page, and one that another server writes is seen to grow", async () => {
  const logs = createLogStore(home);
  for (let n = 0; n < 5; n++) await logs.append(place, n * 1000, lines(n * 1000, 1000));
  await logs.close(place);
  const reader = createLogStore(home);
  for (const from of [0, 4000, 2500, 4999, 511, 512, 513]) {
    const page = await reader.read(place, from, 2);
    expect([page.records.map(({ text }) => text), page.total]).toEqual([
      [from, from + 1].filter((n) => n < 5000).map((n) => `line ${n}`),
      5000,
    ]);
  }
  await logs.append(place, 5000, lines(5000, 7));
  expect((await reader.read(place, 5005, 10)).records.map(({ text }) => text)).toEqual(["line 5005", "line 5006"]);
  expect((await reader.read(place, 0, 1)).total).toBe(5007);
});

test("a log at its limit ends with a line that says so, and counts it", async () => {
  const logs = createLogStore(home, { limitBytes: 200 });
  expect((await logs.append(place, 0, lines(0, 10))).cut).toBeGreaterThan(0);
  const { records, total } = await logs.read(place, 0, 100);
  expect(records.at(-1)!.text).toMatch(/The log is cut here/);
  expect(total).toBe(records.length);
  await logs.close(place);
  expect((await logs.read(place, 0, 100)).total).toBe(total);
});
