/**
 * An S3 server of its own for a test. `HEDDLE_TEST_S3=http://127.0.0.1:7070/bucket` runs the same tests against another one
 * (with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import type { S3Place } from "../s3-objects";

export interface TestS3 {
  /** A prefix of its own in each. */
  readonly place: S3Place;
  close(): Promise<void>;
}

export async function startTestS3(): Promise<TestS3> {
  const prefix = `test-${randomBytes(4).toString("hex")}`;
  const given = process.env.HEDDLE_TEST_S3;
  if (given !== undefined) {
    const { origin, pathname } = new URL(given);
    const credentials = { accessKeyId: process.env.AWS_ACCESS_KEY_ID!, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY! };
    return {
      place: { bucket: pathname.slice(1), prefix, endpoint: origin, region: "us-east-1", credentials },
      close: () => Promise.resolve(),
    };
  }
  const directory = await mkdtemp(join(tmpdir(), "heddle-s3-"));
  const server = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory, configureBuckets: [{ name: "heddle" }] });
  const { port } = await server.run();
  return {
    place: {
      bucket: "heddle",
      prefix,
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
    },
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
