/** Values in S3: two machines, each with a home of its own, and one store. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { S3Objects } from "./s3-objects";
import { createValueStore, previewKey, valueKey, type ValueStore } from "./store";
import { DamagedObject } from "./store-fault";
import { startTestS3, type TestS3 } from "./testing/s3-server";

let s3: TestS3;
let homes: string[];

beforeEach(async () => {
  s3 = await startTestS3();
  homes = await Promise.all([0, 1].map(() => mkdtemp(join(tmpdir(), "heddle-home-"))));
});
afterEach(async () => {
  await s3.close();
  for (const home of homes) await rm(home, { recursive: true, force: true });
});

const open = (home: number, cacheBytes?: number): ValueStore =>
  createValueStore(homes[home]!, { objects: new S3Objects(s3.place), ...(cacheBytes === undefined ? {} : { cacheBytes }) });
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const folderOf = (home: number) => join(homes[home]!, "cache/store/w/values");
const cached = async (home: number) => (await readdir(folderOf(home), { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));

test("what one machine stored another reads, through a folder that holds what attempts need", async () => {
  const [one, two] = [open(0), open(1)];
  const bytes = randomBytes(12_000_000);
  await mkdir(join(homes[0]!, "scratch/p1"), { recursive: true });
  await writeFile(join(homes[0]!, "scratch/p1/v0"), bytes);
  const { hash } = await one.take("w", join(homes[0]!, "scratch"), "p1/v0", bytes.length);
  expect(hash).toBe(sha256(bytes));
  await one.putPreview("w", hash, '{"type":"tree"}');
  expect(await two.has("w", hash)).toBe(true);
  expect((await two.read("w", hash)).equals(bytes)).toBe(true);
  expect(await two.readPreview("w", hash)).toBe('{"type":"tree"}');
  await two.hold("w", [hash, hash], "run-0#1");
  expect((await readFile(two.path("w", hash))).equals(bytes)).toBe(true);
  expect(two.path("w", hash).startsWith(await two.folder("w"))).toBe(true);
  expect((await stat(two.path("w", hash))).mode & 0o777).toBe(0o444);
  expect(await readdir(join(homes[0]!, "cache/store/w/incoming"))).toEqual([]);
});

test("a damaged object is named when it is read, and is out of the way of what is made anew", async () => {
  const objects = new S3Objects(s3.place);
  const lost: string[] = [];
  const ledger = {
    admit: async () => {},
    stored: () => {},
    spare: async () => {},
    lost: async (_: string, hash: string) => void lost.push(hash),
  };
  const one = open(0);
  const two = createValueStore(homes[1]!, { objects, ledger });
  const bytes = randomBytes(3_000_000);
  const { hash } = await one.put("w", bytes);
  const broken = Buffer.from(bytes);
  broken[1_000_000]! ^= 1;
  await objects.put(valueKey("w", hash), broken);
  await expect(two.hold("w", [hash], "run-0#1")).rejects.toThrow(DamagedObject);
  expect(lost).toEqual([hash]);
  await expect(two.read("w", hash)).rejects.toThrow(new RegExp(`${hash} is not in s3://`));
  expect((await two.put("w", bytes)).hash).toBe(hash);
  expect((await two.read("w", hash)).equals(bytes)).toBe(true);
  // A local copy that went bad is fetched again.
  await two.hold("w", [hash], "run-0#1");
  await rm(two.path("w", hash));
  await writeFile(two.path("w", hash), broken);
  await two.hold("w", [hash], "run-0#2");
  expect(sha256(await readFile(two.path("w", hash)))).toBe(hash);
});

test("local copies are bounded: the least recently used goes, but nothing that an attempt holds, whoever started it", async () => {
  const store = open(0, 4_000_000);
  const made: string[] = [];
  for (let n = 0; n < 3; n++) made.push((await store.put("w", randomBytes(1_000_000))).hash);
  // An earlier process had an attempt that still reads the first.
  await open(0, 4_000_000).hold("w", [made[0]!], "left#1");
  await store.hold("w", [made[1]!], "now#1");
  for (let n = 0; n < 4; n++) made.push((await store.put("w", randomBytes(1_000_000))).hash);
  const kept = (await cached(0)).map((name) => name.slice(3));
  expect(kept).toContain(made[0]);
  expect(kept).toContain(made[1]);
  expect(kept).not.toContain(made[2]);
  expect(kept).toContain(made.at(-1));
  expect(kept.length).toBeLessThanOrEqual(4);
  // Gone here, not gone.
  expect(await store.has("w", made[2]!)).toBe(true);
  await store.release("now#1");
  await store.releaseOthers(new Set());
  for (let n = 0; n < 4; n++) await store.put("w", randomBytes(1_000_000));
  expect(await cached(0)).not.toContain(`${made[0]!.slice(0, 2)}/${made[0]}`);
});

test("a value that could not be uploaded does not count as stored", async () => {
  const nowhere = createValueStore(homes[0]!, { objects: new S3Objects({ ...s3.place, bucket: "nobody" }) });
  await expect(nowhere.put("w", Buffer.from("x"))).rejects.toThrow(/NoSuchBucket|nobody/);
  expect(await readdir(join(homes[0]!, "cache/store/w/incoming"))).toEqual([]);
  expect(previewKey("w", "0".repeat(64))).toBe(`${valueKey("w", "0".repeat(64))}.preview.json`);
});
