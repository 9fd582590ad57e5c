import { createHash } from "node:crypto";
import { chmod, link, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createValueStore, type ValueStore } from "./store";

let home: string;
let scratch: string;
let store: ValueStore;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "heddle-store-"));
  scratch = join(home, "scratch");
  await mkdir(join(scratch, "p1"), { recursive: true });
  store = createValueStore(home);
});

afterEach(() => rm(home, { recursive: true, force: true }));

test("a value lies under the hash of its bytes, read-only, once", async () => {
  const bytes = Buffer.alloc(5_000_000, 3);
  const hash = createHash("sha256").update(bytes).digest("hex");
  await writeFile(join(scratch, "p1/v0"), bytes);
  await writeFile(join(scratch, "p1/v1"), bytes);
  expect(await store.take("w", scratch, "p1/v0", bytes.length)).toEqual({ hash, bytes: bytes.length });
  expect(await store.take("w", scratch, "p1/v1", bytes.length)).toEqual({ hash, bytes: bytes.length });
  expect(await store.put("w", bytes)).toEqual({ hash, bytes: bytes.length });
  expect((await stat(store.path("w", hash))).mode & 0o777).toBe(0o444);
  expect((await store.read("w", hash)).equals(bytes)).toBe(true);
  expect(await readdir(join(scratch, "p1"))).toEqual([]);
  expect(await readdir(join(home, "store/w/incoming"))).toEqual([]);
  expect(await store.has("other", hash)).toBe(false);
});

test("what user code laid in its place is not taken", async () => {
  await writeFile(join(home, "secret"), "secret");
  await symlink(join(home, "secret"), join(scratch, "p1/v0"));
  await symlink(home, join(scratch, "p2"));
  await writeFile(join(scratch, "p1/v1"), "abc");
  await expect(store.take("w", scratch, "p1/v0", 6)).rejects.toThrow();
  await expect(store.take("w", scratch, "p2/secret", 6)).rejects.toThrow();
  await expect(store.take("w", scratch, "../secret", 6)).rejects.toThrow(/no value file/);
  await expect(store.take("w", scratch, "p1/v1", 99)).rejects.toThrow(/announced/);
  await expect(store.read("../w", "0".repeat(64))).rejects.toThrow();
});

test("a preview is kept beside its value, and the first one stays", async () => {
  const { hash } = await store.put("w", Buffer.from("x"));
  await link(store.path("w", hash), join(home, "other-name"));
  await store.putPreview("w", hash, '{"type":"tree"}');
  await store.putPreview("w", hash, "other");
  expect(await store.readPreview("w", hash)).toBe('{"type":"tree"}');
  expect(await store.readPreview("w", "0".repeat(64))).toBeUndefined();
});

test("a damaged value is named when it is held or read, never handed on, and can be made anew", async () => {
  const bytes = Buffer.alloc(3_000_000, 7);
  const { hash } = await store.put("w", bytes);
  await store.hold("w", [hash], "a#1");
  await chmod(store.path("w", hash), 0o644);
  await writeFile(store.path("w", hash), Buffer.alloc(3_000_000, 8));
  const received: Buffer[] = [];
  const reading = (async () => {
    for await (const chunk of store.stream("w", hash)) received.push(chunk as Buffer);
  })();
  await expect(reading).rejects.toThrow(new RegExp(`value ${hash} is damaged`));
  // Whoever counts bytes sees that it is not whole.
  expect(Buffer.concat(received).length).toBeLessThan(bytes.length);
  await expect(store.hold("w", [hash], "a#2")).rejects.toThrow(new RegExp(hash));
  await store.put("w", bytes);
  await store.hold("w", [hash], "a#3");
  // Another process, which has not seen it written, looks itself.
  await chmod(store.path("w", hash), 0o644);
  await writeFile(store.path("w", hash), Buffer.alloc(3_000_000, 9));
  await expect(createValueStore(home).hold("w", [hash], "a#4")).rejects.toThrow(/damaged/);
  await expect(store.hold("w", ["0".repeat(64)], "a#5")).rejects.toThrow(/is not in/);
});
