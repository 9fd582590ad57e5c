/**
 * Log records of attempts: one file each, a JSON record per line, under
 * `<home>/store/<workspace>/logs/<run>/<taskRun>-<attempt>.ndjson`. A record's number is its line's. Appends are
 * repeatable by number. Beyond a limit records are counted, not kept, and the last line says so; so are those for which
 * the disk has no room. Where values rest elsewhere, the log of an attempt that ended follows them and leaves this machine;
 * while it is written a copy of it goes there once a minute (`flush`), so that no more is lost with the machine.
 */
import fsp from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import type { ObjectStore } from "../artifact/object-store";
import type { LogRecord } from "../executor/executor";
import { LogCourier } from "./log-courier";
import { LogIndexes, markEvery } from "./log-index";

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
  /** As in log-index.ts. */
  readonly marks: number[];
  readonly place: LogPlace;
  /** A line of ours at its end says that it is cut. */
  saidSo: boolean;
  /** A copy of it is on its way elsewhere: the whole log must not be overtaken by it. */
  sending: Promise<unknown> | undefined;
  /** How much of it is elsewhere already. */
  sent: number;
  tail: Promise<unknown>;
}

export interface LogStore {
  /** Resolves when the records are in the file. Records seen before are left out. */
  append(place: LogPlace, offset: number, records: readonly LogRecord[]): Promise<LogCounts>;
  read(place: LogPlace, from: number, limit: number): Promise<{ records: LogRecord[]; next: number; total: number; cut: number }>;
  /** What is kept so far of a log that is open here. */
  counts(place: LogPlace): LogCounts | undefined;
  close(place: LogPlace): Promise<void>;
  /** Sends away the logs that could not be when they were closed, and copies of those that are written; returns how many. */
  flush(): Promise<number>;
}

export interface LogStoreOptions {
  readonly limitBytes?: number;
  /** Where ended logs go; a folder means that they stay where they are. */
  readonly objects?: ObjectStore | undefined;
}

export function createLogStore(home: string, { limitBytes = 256 * 1024 * 1024, objects }: LogStoreOptions = {}): LogStore {
  const open = new Map<string, OpenLog>();
  const ended = new LogIndexes();
  const courier = objects?.kind === "s3" ? new LogCourier(home, objects) : undefined;
  const root = path.join(home, "store");

  const objectOf = (place: LogPlace) => {
    for (const part of [place.workspaceId, place.runId, place.taskRunId]) {
      if (!/^[\w-]+$/.test(part)) throw new Error(`Not an id: ${JSON.stringify(part)}`);
    }
    return `${logFolder(place.workspaceId, place.runId)}${place.taskRunId}-${place.attempt}.ndjson`;
  };
  const fileOf = (place: LogPlace) => path.join(root, objectOf(place));

  /** What is in the file now. */
  async function sendCopy(log: OpenLog): Promise<boolean> {
    await log.tail;
    const { bytes } = log;
    if (bytes === log.sent || !(await courier!.sendCopy(objectOf(log.place), fileOf(log.place), bytes))) return false;
    log.sent = bytes;
    return true;
  }

  async function openFile(place: LogPlace): Promise<fsp.FileHandle | undefined> {
    try {
      return await fsp.open(fileOf(place));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return undefined;
    }
  }

  const keyOf = (place: LogPlace) => `${place.taskRunId}-${place.attempt}`;

  const counts = (log: OpenLog): LogCounts => ({ records: log.records, bytes: log.bytes, cut: log.cut });

  return {
    append(place, offset, records) {
      const key = keyOf(place);
      const name = fileOf(place);
      let log = open.get(key);
      if (!log) {
        const fresh: OpenLog = {
          file: undefined,
          records: 0,
          bytes: 0,
          cut: 0,
          marks: [0],
          place,
          saidSo: false,
          sending: undefined,
          sent: 0,
          tail: Promise.resolve(),
        };
        open.set(key, (log = fresh));
        ended.delete(key);
        const before = courier && offset > 0 ? courier.fetch(objectOf(place), name) : Promise.resolve();
        fresh.tail = before.then(() => recover(name, fresh));
      }
      const into = log;
      const done = into.tail.then(async () => {
        const seen = into.records + into.cut;
        let text = "";
        let saidSo = into.saidSo;
        let { records: kept, cut, bytes: size } = into;
        for (let index = Math.max(0, seen - offset); index < records.length; index++) {
          const record = records[index]!;
          if (cut > 0 || size > limitBytes) {
            if (cut++ === 0) {
              const line = { time: record.time, level: "system", text: `The log is cut here: it is longer than ${limitBytes} bytes.` };
              text += JSON.stringify(line) + "\n";
              saidSo = true;
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
          const bytes = Buffer.from(text);
          try {
            into.file ??= await openForAppend(name);
            await into.file.appendFile(bytes);
            into.bytes += bytes.length;
            into.saidSo = saidSo;
          } catch (error) {
            // What was half written goes, so that the same records said again follow what is whole.
            await into.file?.truncate(into.bytes).catch(() => undefined);
            const { code } = error as NodeJS.ErrnoException;
            if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
            // An attempt cannot wait for somebody to make room: what came is counted as cut, from here on.
            cut += kept - into.records;
            kept = into.records;
          }
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
      const log = open.get(keyOf(place));
      await log?.tail;
      const file = await openFile(place);
      const { size } = (await file?.stat()) ?? { size: undefined };
      const known = ended.get(keyOf(place));
      // Another server may be writing it: an index of fewer bytes tells nothing. What rests elsewhere is read from its beginning.
      const index = log ? { marks: log.marks, records: linesOf(log) } : known?.bytes === size ? known : undefined;
      const mark = Math.floor(from / markEvery);
      const start = file && index?.marks[mark];
      const stream = file ? file.createReadStream({ start: start ?? 0 }) : await courier?.read(objectOf(place));
      const records: LogRecord[] = [];
      if (!stream) return { records, next: from, total: 0, cut: 0 };
      let number = start === undefined ? 0 : mark * markEvery;
      const marks: number[] = [];
      let at = 0;
      for await (const line of lines(stream)) {
        if (number >= from && records.length < limit) records.push(JSON.parse(line) as LogRecord);
        if (!index) {
          if (number % markEvery === 0) marks.push(at);
          at += Buffer.byteLength(line) + 1;
        }
        number++;
        // Whoever asks for a page of a log whose length is known needs no more.
        if (records.length >= limit && index) break;
      }
      if (file && !index) ended.set(keyOf(place), { marks, records: number, bytes: at });
      return { records, next: from + records.length, total: index?.records ?? number, cut: log?.cut ?? 0 };
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
      ended.set(keyOf(place), { marks: log.marks, records: linesOf(log), bytes: log.bytes });
      await log.file?.close();
      await log.sending;
      if (courier && log.bytes > 0) await courier.send(objectOf(place), fileOf(place));
    },

    async flush() {
      if (!courier) return 0;
      let sent = 0;
      for (const log of open.values()) {
        log.sending = sendCopy(log);
        if (await log.sending) sent++;
        log.sending = undefined;
      }
      const busy = new Set([...open.keys()].map((key) => `${key}.ndjson`));
      for (const workspace of await namesIn(root)) {
        for (const run of await namesIn(path.join(root, workspace, "logs"))) {
          for (const name of await namesIn(path.join(root, workspace, "logs", run))) {
            if (
              !busy.has(name) &&
              (await courier.send(`${logFolder(workspace, run)}${name}`, path.join(root, workspace, "logs", run, name)))
            )
              sent++;
          }
          await fsp.rmdir(path.join(root, workspace, "logs", run)).catch(() => undefined);
        }
      }
      return sent;
    },
  };
}

/** Where the logs of a run are among the objects: a prefix. */
export function logFolder(workspaceId: string, runId: string): string {
  return `${workspaceId}/logs/${runId}/`;
}

function linesOf(log: OpenLog): number {
  return log.records + (log.saidSo ? 1 : 0);
}

async function namesIn(folder: string): Promise<string[]> {
  return fsp.readdir(folder).catch(() => []);
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

async function* lines(stream: Readable): AsyncGenerator<string> {
  let rest = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream as AsyncIterable<string>) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
