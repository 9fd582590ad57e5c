/** What every ObjectStore promises, as tests: run by object-store.test.ts against a folder and against a real S3 server. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ObjectStore } from "../object-store";

export interface ObjectStoreCandidate {
  /** How many objects to list: a server's own limits may keep it low. */
  readonly many: number;
  open(): Promise<{ readonly store: ObjectStore; close(): Promise<void> }>;
}

export function describeObjectStore(name: string, candidate: ObjectStoreCandidate): void {
  describe(name, () => {
    let store: ObjectStore;
    let close: () => Promise<void>;
    let folder: string;

    beforeAll(async () => {
      ({ store, close } = await candidate.open());
      // Where a folder's own temporary files lie: renaming works within one file system.
      folder = await mkdtemp(join(store.kind === "folder" ? store.place : tmpdir(), "heddle-objects-"));
    });
    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
      await close();
    });

    const put = async (key: string, bytes: Buffer) => {
      const path = join(folder, randomBytes(6).toString("hex"));
      await writeFile(path, bytes);
      await store.putFile(key, path);
      await rm(path, { force: true });
    };
    const read = async (key: string) => {
      const found = await store.read(key);
      if (!found) return undefined;
      const chunks: Buffer[] = [];
      for await (const chunk of found.stream) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).length).toBe(found.bytes);
      return Buffer.concat(chunks);
    };
    const list = async (prefix: string) => {
      const found: string[] = [];
      for await (const { key } of store.list(prefix)) found.push(key);
      return found.sort();
    };

    test("gives back what was stored, small and large, and tells its size and time", async () => {
      const began = Date.now();
      for (const size of [0, 1, 70_000, 21_000_003]) {
        const bytes = randomBytes(size);
        await put(`a/values/${size}`, bytes);
        expect((await read(`a/values/${size}`))!.equals(bytes)).toBe(true);
        const found = (await store.stat(`a/values/${size}`))!;
        expect(found).toMatchObject({ key: `a/values/${size}`, bytes: size });
        // To the second, which is what S3 tells.
        expect(found.modified).toBeGreaterThanOrEqual(began - 2000);
      }
      await store.put("a/values/small", Buffer.from("small"));
      expect((await read("a/values/small"))!.toString()).toBe("small");
    });

    test("what is not there is absent, not a failure", async () => {
      expect(await store.stat("a/values/none")).toBeUndefined();
      expect(await store.read("a/values/none")).toBeUndefined();
      await store.remove(["a/values/none"]);
      expect(await list("nobody/values/")).toEqual([]);
    });

    test("a second object of the same key takes the place of the first", async () => {
      await put("b/values/one", Buffer.from("first"));
      await put("b/values/one", Buffer.from("second"));
      expect((await read("b/values/one"))!.toString()).toBe("second");
      expect(await list("b/")).toEqual(["b/values/one"]);
    });

    test("lists by prefix, every page of it, and removes what it is told", async () => {
      const keys = Array.from({ length: candidate.many }, (_, n) => `c/logs/run/${String(n).padStart(5, "0")}.ndjson`);
      for (let at = 0; at < keys.length; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, Buffer.from(key))));
      }
      await store.put("c/values/x", Buffer.from("x"));
      await store.put("cc/logs/run/y", Buffer.from("y"));
      expect(await list("c/logs/")).toEqual(keys);
      expect(await list("c/")).toHaveLength(candidate.many + 1);
      await store.remove(keys.slice(0, -1));
      expect(await list("c/")).toEqual([keys.at(-1), "c/values/x"]);
      expect(await list("cc/")).toEqual(["cc/logs/run/y"]);
    });

    test("a reader that began before an object was written over or removed reads the old one to its end", async () => {
      const bytes = randomBytes(3_000_000);
      await put("d/values/one", bytes);
      const found = (await store.read("d/values/one"))!;
      await store.remove(["d/values/one"]);
      const digest = createHash("sha256");
      for await (const chunk of found.stream) digest.update(chunk as Buffer);
      expect(digest.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
    });

    test("takes no key that leaves its place", async () => {
      for (const key of ["../x/y", "a/../../y", "/a/b", "a//b", "a", "a/.b", "a/b\n"]) {
        await expect((async () => store.put(key, Buffer.from("x")))()).rejects.toThrow(/key/);
      }
    });
  });
}
