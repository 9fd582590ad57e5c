/** A gigabyte goes in and out, and memory does not know. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startTestS3 } from "./testing/s3-server";

const run = promisify(execFile);
const megabyte = 1024 ** 2;

async function growth(options: object): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), "heddle-large-"));
  try {
    const order = JSON.stringify({ home, bytes: 1024 * megabyte, ...options });
    const { stdout } = await run(process.execPath, ["--import", "tsx", "server/artifact/testing/large-value.ts", order]);
    return (JSON.parse(stdout) as { growth: number }).growth;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

test("1 GB through a folder takes at most 100 MB of memory", async () => {
  expect(await growth({})).toBeLessThan(100 * megabyte);
}, 300_000);

test("1 GB through S3 takes at most 250 MB of memory", async () => {
  const s3 = await startTestS3();
  expect(await growth({ s3: s3.place })).toBeLessThan(250 * megabyte);
  await s3.close();
}, 300_000);
