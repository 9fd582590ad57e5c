/**
 * Log records of attempts: one file each, a JSON record per line, under
 * `<home>/store/<workspace>/logs/<run>/<taskRun>-<attempt>.ndjson`. A record's number is its line's. Appends are
 * repeatable by number. Beyond a limit records are counted, not kept, and the last line says so.
 */
import type fs from "node:fs";
import fsp from "node:fs/promises";
import path from "node:path";
import type { LogRecord } from "../executor/executor";

export interface LogPlace {
  readonly workspaceId: string;
  readonly runId: string;
  readonly taskRunId: string;
  readonly attempt: number;
}

export interface LogCounts {
  readonly records: number;
  readonly bytes: number;
  readonly cut: number;
}

interface OpenLog {
  file: fsp.FileHandle | undefined;
  records: number;
  bytes: number;
  cut: number;
  /** Byte offset of every 512th record: where a read may begin. */
  readonly marks: number[];
  tail: Promise<unknown>;
}

const markEvery = 512;

export interface LogStore {
  /** Resolves when the records are in the file. Records seen before are left out. */
  append(place: LogPlace, offset: number, records: readonly LogRecord[]): Promise<LogCounts>;
  read(place: LogPlace, from: number, limit: number): Promise<{ records: LogRecord[]; next: number; total: number; cut: number }>;
  /** What is kept so far of a log that is open here. */
  counts(place: LogPlace): LogCounts | undefined;
  close(place: LogPlace): Promise<void>;
}

export function createLogStore(home: string, limitBytes = 256 * 1024 * 1024): LogStore {
  const open = new Map<string, OpenLog>();

  const fileOf = (place: LogPlace) => {
    for (const part of [place.workspaceId, place.runId, place.taskRunId]) {
      if (!/^[\w-]+$/.test(part)) throw new Error(`Not an id: ${JSON.stringify(part)}`);
    }
    return path.join(home, "store", place.workspaceId, "logs", place.runId, `${place.taskRunId}-${place.attempt}.ndjson`);
  };

  const keyOf = (place: LogPlace) => `${place.taskRunId}-${place.attempt}`;

  const counts = (log: OpenLog): LogCounts => ({ records: log.records, bytes: log.bytes, cut: log.cut });

  return {
    append(place, offset, records) {
      const key = keyOf(place);
      const name = fileOf(place);
      let log = open.get(key);
      if (!log) {
        const fresh: OpenLog = { file: undefined, records: 0, bytes: 0, cut: 0, marks: [0], tail: Promise.resolve() };
        open.set(key, (log = fresh));
        fresh.tail = recover(name, fresh);
      }
      const into = log;
      const done = into.tail.then(async () => {
        const seen = into.records + into.cut;
        let text = "";
        let { records: kept, cut, bytes: size } = into;
        for (let index = Math.max(0, seen - offset); index < records.length; index++) {
          const record = records[index]!;
          if (cut > 0 || size > limitBytes) {
            if (cut++ === 0) {
              const line = { time: record.time, level: "system", text: `The log is cut here: it is longer than ${limitBytes} bytes.` };
              text += JSON.stringify(line) + "\n";
            }
            continue;
          }
          const line = JSON.stringify(record) + "\n";
          if (kept % markEvery === 0) into.marks[kept / markEvery] = size;
          kept++;
          size += Buffer.byteLength(line);
          text += line;
        }
        if (text !== "") {
          into.file ??= await openForAppend(name);
          const bytes = Buffer.from(text);
          try {
            await into.file.appendFile(bytes);
          } catch (error) {
            // What was half written goes, so that the same records said again follow what is whole.
            await into.file.truncate(into.bytes).catch(() => undefined);
            throw error;
          }
          into.bytes += bytes.length;
        }
        // Only now they count as seen.
        into.records = kept;
        into.cut = cut;
        return counts(into);
      });
      into.tail = done.catch(() => undefined);
      return done;
    },

    async read(place, from, limit) {
      const name = fileOf(place);
      const log = open.get(keyOf(place));
      await log?.tail;
      const records: LogRecord[] = [];
      const mark = Math.floor(from / markEvery);
      const start = log?.marks[mark];
      let number = start === undefined ? 0 : mark * markEvery;
      let stream: fs.ReadStream;
      try {
        stream = (await fsp.open(name)).createReadStream({ start: start ?? 0 });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        return { records, next: from, total: 0, cut: 0 };
      }
      for await (const line of lines(stream)) {
        if (number >= from && records.length < limit) records.push(JSON.parse(line) as LogRecord);
        number++;
        // Whoever asks only for a page of an open log knows its length already.
        if (records.length >= limit && log) break;
      }
      return { records, next: from + records.length, total: log ? log.records : number, cut: log?.cut ?? 0 };
    },

    counts(place) {
      // Asked for every attempt that is saved, and most are silent.
      const log = open.size === 0 ? undefined : open.get(keyOf(place));
      return log && counts(log);
    },

    async close(place) {
      const log = open.get(keyOf(place));
      if (!log) return;
      await log.tail;
      open.delete(keyOf(place));
      await log.file?.close();
    },
  };
}

async function openForAppend(name: string): Promise<fsp.FileHandle> {
  await fsp.mkdir(path.dirname(name), { recursive: true });
  return fsp.open(name, "a", 0o600);
}

/** After a restart: counts what is there, and takes off a last line that was not finished. */
async function recover(name: string, log: OpenLog): Promise<void> {
  let bytes: Buffer;
  try {
    bytes = await fsp.readFile(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    if (log.records % markEvery === 0) log.marks[log.records / markEvery] = start;
    log.records++;
    start = end + 1;
  }
  log.bytes = start;
  if (start < bytes.length) await fsp.truncate(name, start);
}

async function* lines(stream: fs.ReadStream): AsyncGenerator<string> {
  let rest = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream as AsyncIterable<string>) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
