import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FolderObjects } from "./folder-objects";
import { S3Objects } from "./s3-objects";
import { startFaultyProxy } from "./testing/faulty-proxy";
import { describeObjectStore } from "./testing/object-store-conformance";
import { startTestS3, type TestS3 } from "./testing/s3-server";

describeObjectStore("objects in a folder", {
  many: 1100,
  open: async () => {
    const root = await mkdtemp(join(tmpdir(), "heddle-folder-"));
    return { store: new FolderObjects(root), close: () => rm(root, { recursive: true, force: true }) };
  },
});

describeObjectStore("objects in S3", {
  // s3rver makes its word for "go on from here" with a cipher that OpenSSL 3 has no more: pages are tested below.
  many: process.env.HEDDLE_TEST_S3 === undefined ? 300 : 1100,
  open: async () => {
    const s3 = await startTestS3();
    return { store: new S3Objects(s3.place), close: () => s3.close() };
  },
});

let s3: TestS3;
let folder: string;

beforeAll(async () => {
  s3 = await startTestS3();
  folder = await mkdtemp(join(tmpdir(), "heddle-objects-"));
});
afterAll(async () => {
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

test("S3: an unavailable service is asked again; one that stays away is named, and nothing half-written shows", async () => {
  const proxy = await startFaultyProxy(s3.place.endpoint!);
  const store = new S3Objects({ ...s3.place, endpoint: proxy.url });
  let left = 2;
  proxy.fault = () => (left-- > 0 ? "unavailable" : "none");
  await store.put("w/values/again", Buffer.from("x"));
  expect(proxy.seen.length).toBe(3);

  const file = join(folder, "large");
  await writeFile(file, randomBytes(20_000_000));
  // The second part never arrives whole.
  proxy.fault = ({ url }) => (url!.includes("partNumber=2") ? "cut" : "none");
  await expect(store.putFile("w/values/large", file)).rejects.toThrow(/Could not store w\/values\/large in s3:\/\//);
  expect(await store.stat("w/values/large")).toBeUndefined();
  // It was not left for others to find.
  expect(proxy.seen.some((request) => request.startsWith("DELETE") && request.includes("uploadId="))).toBe(true);

  // Stored, but nobody heard: doing it again is no harm.
  let unheard = 1;
  proxy.fault = () => (unheard-- > 0 ? "lost-answer" : "none");
  await store.put("w/values/unheard", Buffer.from("y"));
  expect(await store.stat("w/values/unheard")).toMatchObject({ bytes: 1 });
  await proxy.close();
}, 60_000);

/** A service that answers with words of the protocol: for what a small server does not know. */
async function startService(answer: (request: http.IncomingMessage) => { status?: number; xml?: string }) {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { status = 200, xml } = answer(request);
    response.writeHead(status, { "Content-Type": "application/xml" });
    response.end(xml === undefined ? undefined : `<?xml version="1.0" encoding="UTF-8"?>${xml}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  return {
    asked,
    store: new S3Objects({ bucket: "b", prefix: "p", endpoint, region: "us-east-1", credentials }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

test("S3: a wrong bucket and wrong credentials are failures that say so, not absent objects", async () => {
  await expect(new S3Objects({ ...s3.place, bucket: "nobody" }).put("w/values/x", Buffer.from("x"))).rejects.toThrow(/NoSuchBucket/);
  const service = await startService(({ method }) => ({
    status: 403,
    ...(method === "HEAD" ? {} : { xml: "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message></Error>" }),
  }));
  await expect(service.store.put("w/values/x", Buffer.from("x"))).rejects.toThrow(/SignatureDoesNotMatch/);
  await expect(service.store.read("w/values/x")).rejects.toThrow(/SignatureDoesNotMatch/);
  await expect(service.store.stat("w/values/x")).rejects.toThrow(/Could not look up/);
  service.close();
});

test("S3: a list is read page by page", async () => {
  const service = await startService(({ url }) => {
    const token = new URL(url!, "http://x").searchParams.get("continuation-token");
    const n = token === null ? 0 : Number(token.slice(1));
    const entry = `<Contents><Key>p/w/values/${n}</Key><Size>${n}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`;
    const more =
      n < 2
        ? `<IsTruncated>true</IsTruncated><NextContinuationToken>t${n + 1}</NextContinuationToken>`
        : "<IsTruncated>false</IsTruncated>";
    return { xml: `<ListBucketResult ${namespace}>${more}${entry}</ListBucketResult>` };
  });
  const found: { key: string; bytes: number }[] = [];
  for await (const { key, bytes } of service.store.list("w/")) found.push({ key, bytes });
  expect(found).toEqual([0, 1, 2].map((n) => ({ key: `w/values/${n}`, bytes: n })));
  service.close();
});

test("S3: uploads whose process died are aborted once they are old", async () => {
  const old = new Date(Date.now() - 86_400_000).toISOString();
  const upload = (id: string, at: string) =>
    `<Upload><Key>p/w/values/${id}</Key><UploadId>${id}</UploadId><Initiated>${at}</Initiated></Upload>`;
  const service = await startService(({ method, url }) => {
    if (method === "DELETE") return { status: 204 };
    const body = url!.includes("key-marker")
      ? `<IsTruncated>false</IsTruncated>${upload("three", old)}`
      : `<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>${upload("one", old)}${upload("two", new Date().toISOString())}`;
    return { xml: `<ListMultipartUploadsResult ${namespace}><Bucket>b</Bucket>${body}</ListMultipartUploadsResult>` };
  });
  expect(await service.store.clean(3_600_000)).toBe(2);
  const aborted = service.asked.filter((request) => request.startsWith("DELETE"));
  expect(aborted.map((request) => /uploadId=(\w+)/.exec(request)![1])).toEqual(["one", "three"]);
  expect(service.asked[0]).toContain("prefix=p%2F");
  service.close();
});

test("folder: what a writer left half done goes when it is old", async () => {
  const root = await mkdtemp(join(tmpdir(), "heddle-folder-"));
  const store = new FolderObjects(root);
  const half = join(root, "w/incoming");
  await mkdir(half, { recursive: true });
  await writeFile(join(half, "old"), "x");
  await writeFile(join(half, "young"), "x");
  await utimes(join(half, "old"), new Date(0), new Date(0));
  expect(await store.clean(60_000)).toBe(1);
  expect(await readdir(half)).toEqual(["young"]);
  const listed: string[] = [];
  for await (const { key } of store.list("w/")) listed.push(key);
  expect(listed).toEqual([]);
  await rm(root, { recursive: true, force: true });
});
