/**
 * Stores a large file and reads it back in a process of its own, so that what it takes is its memory alone:
 * `node --import tsx large-value.ts '{"home", "bytes", "s3"?}'` prints how far its memory grew.
 */
import { createHash } from "node:crypto";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { S3Objects, type S3Place } from "../s3-objects";
import { createValueStore } from "../store";

const { home, bytes, s3 } = JSON.parse(process.argv[2]!) as { home: string; bytes: number; s3?: S3Place };

async function main(): Promise<void> {
  const store = createValueStore(home, s3 ? { objects: new S3Objects(s3) } : {});
  // What is loaded once is no growth.
  await store.put("w", Buffer.alloc(9_000_000, 1));
  const scratch = join(home, "scratch");
  mkdirSync(join(scratch, "p1"), { recursive: true });
  writeFileSync(join(scratch, "p1/v0"), "large");
  truncateSync(join(scratch, "p1/v0"), bytes);
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10);
  const { hash } = await store.take("w", scratch, "p1/v0", bytes);
  const digest = createHash("sha256");
  let read = 0;
  for await (const chunk of store.stream("w", hash)) {
    digest.update(chunk as Buffer);
    read += (chunk as Buffer).length;
  }
  await store.hold("w", [hash], "a#1");
  clearInterval(watch);
  if (read !== bytes || digest.digest("hex") !== hash) throw new Error(`It came back with ${read} bytes.`);
  console.log(JSON.stringify({ growth: peak - before }));
}

void main();
