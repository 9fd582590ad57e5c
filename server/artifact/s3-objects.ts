/**
 * Objects in an S3-compatible service. Large files go up in parts of which only a few are in memory; a failed upload is
 * aborted at once, one whose process died by `clean`. The SDK is loaded when it is first needed.
 */
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import type * as S3 from "@aws-sdk/client-s3";
import { checkKey, type ObjectStore, type StoredObject } from "./object-store";
import { StoreFault } from "./store-fault";

export interface S3Place {
  readonly bucket: string;
  /** "" or "some/folder". */
  readonly prefix: string;
  /** Undefined: Amazon's own. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Undefined: from the usual variables, files and roles of AWS. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

const partBytes = 8 * 1024 * 1024;
/** S3 takes 10,000 parts. */
const mostParts = 9000;
const partsAtOnce = 3;
const removedAtOnce = 500;
/** Garbage collection counts on it that a removal is over by then (storage-ledger.ts). */
const mostRemovalMs = 50_000;

interface Connection {
  readonly client: S3.S3Client;
  readonly s3: typeof S3;
}

export class S3Objects implements ObjectStore {
  readonly kind = "s3";
  private connecting: Promise<Connection> | undefined;

  constructor(private readonly options: S3Place) {}

  get place(): string {
    const { bucket, prefix, endpoint } = this.options;
    return `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}${endpoint === undefined ? "" : ` at ${endpoint}`}`;
  }

  async putFile(key: string, path: string): Promise<void> {
    const { size } = await stat(path);
    if (size <= partBytes) return this.put(key, await readFile(path));
    const { client } = await this.connect();
    const { Upload } = await import("@aws-sdk/lib-storage");
    await this.tell("store", key, () => {
      const body = createReadStream(path, { highWaterMark: 1024 * 1024 });
      return new Upload({
        client,
        params: { Bucket: this.options.bucket, Key: this.name(key), Body: body },
        partSize: Math.max(partBytes, Math.ceil(size / mostParts)),
        queueSize: partsAtOnce,
        leavePartsOnError: false,
      })
        .done()
        .finally(() => body.destroy());
    }).catch(async (error: unknown) => {
      // The last word of an upload in parts that was carried out and not answered is refused when it is said again.
      const stored = await this.stat(key).catch(() => undefined);
      if (stored?.bytes !== size) throw error;
    });
    const stored = await this.stat(key);
    if (stored?.bytes !== size)
      throw new StoreFault(`${this.place} says it holds ${stored?.bytes ?? "nothing"} of ${size} bytes of ${key}.`);
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const { client, s3 } = await this.connect();
    const order = { Bucket: this.options.bucket, Key: this.name(key), Body: bytes, ContentLength: bytes.length };
    await this.tell("store", key, () => client.send(new s3.PutObjectCommand(order)));
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    const { client, s3 } = await this.connect();
    const found = await this.find("look up", key, () =>
      client.send(new s3.HeadObjectCommand({ Bucket: this.options.bucket, Key: this.name(key) })),
    );
    return found && { key, bytes: found.ContentLength ?? 0, modified: found.LastModified?.getTime() ?? 0 };
  }

  async read(key: string) {
    const { client, s3 } = await this.connect();
    const found = await this.find("read", key, () =>
      client.send(new s3.GetObjectCommand({ Bucket: this.options.bucket, Key: this.name(key) })),
    );
    return found?.Body && { bytes: found.ContentLength ?? 0, stream: found.Body as Readable };
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const { client, s3 } = await this.connect();
    const before = this.options.prefix === "" ? 0 : this.options.prefix.length + 1;
    const Prefix = before === 0 ? prefix : `${this.options.prefix}/${prefix}`;
    let ContinuationToken: string | undefined;
    do {
      const page: S3.ListObjectsV2CommandOutput = await this.tell("list", prefix, () =>
        client.send(new s3.ListObjectsV2Command({ Bucket: this.options.bucket, Prefix, ContinuationToken })),
      );
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key === undefined) continue;
        yield { key: Key.slice(before), bytes: Size ?? 0, modified: LastModified?.getTime() ?? 0 };
      }
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  async remove(keys: readonly string[]): Promise<void> {
    const { client, s3 } = await this.connect();
    for (let at = 0; at < keys.length; at += removedAtOnce) {
      const some = keys.slice(at, at + removedAtOnce);
      const order = { Bucket: this.options.bucket, Delete: { Quiet: true, Objects: some.map((key) => ({ Key: this.name(key) })) } };
      const { Errors } = await this.tell("remove", some[0]!, () =>
        client.send(new s3.DeleteObjectsCommand(order), { abortSignal: AbortSignal.timeout(mostRemovalMs) }),
      );
      const fault = Errors?.find(({ Code }) => Code !== "NoSuchKey");
      if (fault) throw new StoreFault(`${this.place} did not remove ${fault.Key}: ${fault.Message ?? fault.Code}`);
    }
  }

  async clean(olderThanMs: number): Promise<number> {
    const { client, s3 } = await this.connect();
    const { bucket: Bucket, prefix } = this.options;
    let removed = 0;
    let KeyMarker: string | undefined;
    let UploadIdMarker: string | undefined;
    do {
      const page: S3.ListMultipartUploadsCommandOutput = await this.tell("list the uploads of", prefix, () =>
        client.send(
          new s3.ListMultipartUploadsCommand({ Bucket, KeyMarker, UploadIdMarker, ...(prefix === "" ? {} : { Prefix: `${prefix}/` }) }),
        ),
      );
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (!Initiated || Date.now() - Initiated.getTime() < olderThanMs) continue;
        await this.find("abort the upload of", Key!, () => client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId })));
        removed++;
      }
      KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
      UploadIdMarker = page.IsTruncated ? page.NextUploadIdMarker : undefined;
    } while (KeyMarker !== undefined);
    return removed;
  }

  private name(key: string): string {
    return this.options.prefix === "" ? checkKey(key) : `${this.options.prefix}/${checkKey(key)}`;
  }

  private connect(): Promise<Connection> {
    return (this.connecting ??= import("@aws-sdk/client-s3").then((s3) => {
      const { endpoint, region, credentials } = this.options;
      const client = new s3.S3Client({
        region,
        ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
        ...(credentials === undefined ? {} : { credentials }),
        maxAttempts: 5,
        // Newer checksums are refused by many compatible services; a value is checked against its hash in any case.
        requestChecksumCalculation: "WHEN_REQUIRED",
        responseChecksumValidation: "WHEN_REQUIRED",
        requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000 },
      });
      return { client, s3 };
    }));
  }

  private async find<T>(doing: string, key: string, ask: () => Promise<T>): Promise<T | undefined> {
    return this.tell(doing, key, () =>
      ask().catch((error: unknown) => {
        const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
        // A bucket that is not there answers 404, too: that is no absent object.
        if (name !== "NoSuchBucket" && $metadata?.httpStatusCode === 404) return undefined;
        throw error;
      }),
    );
  }

  private async tell<T>(doing: string, key: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      const { name, message } = error as Error;
      const fault = new StoreFault(`Could not ${doing} ${key} in ${this.place}: ${name === "Error" ? "" : `${name}: `}${message}`);
      fault.cause = error;
      throw fault;
    }
  }
}
