/** Bytes against the hash they are known by: while they stream to a reader, or a whole file. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import { DamagedObject } from "./store-fault";

/** Holds the last chunk back until the hash is known to be right: whoever got everything got what was stored. */
export function hashCheck(hash: string, where: string): Transform {
  const digest = createHash("sha256");
  let held: Buffer | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      const before = held;
      held = chunk;
      done(null, before);
    },
    flush(done) {
      const found = digest.digest("hex");
      if (found === hash) done(null, held);
      else done(damaged(hash, where));
    },
  });
}

export async function hashOfFile(path: string): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) digest.update(chunk as Buffer);
  return digest.digest("hex");
}

export function damaged(hash: string, where: string): DamagedObject {
  return new DamagedObject(
    `The stored value ${hash} is damaged: its bytes in ${where} are not what was stored. Nothing reads it any more. Run again: the task that made it makes it anew.`,
  );
}

export function missing(hash: string, where: string): DamagedObject {
  return new DamagedObject(
    `The stored value ${hash} is not in ${where} any more. Run again: the task that made it makes it anew. If that is not enough, restore the store from a backup.`,
  );
}
