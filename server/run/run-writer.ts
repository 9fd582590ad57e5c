/**
 * The engine's own connection: one statement in flight, whatever else wants to be written waits for the next. After an
 * error on the wire nobody knows whether a save took effect: the rows are read again and compared, never blindly repeated.
 */
import pg from "pg";
import { toJson } from "../db/to-json";
import { pauseAfter } from "../pause-after";
import { answerTimeoutMs, connection, isConnectionError } from "../db/pool";
import { patiently } from "../db/patiently";
import {
  beatSql,
  insertRunSql,
  leaveSql,
  orderedRunSql,
  renewSql,
  runNumberSql,
  savedRevisionsSql,
  saveRunsSql,
  writerSettingsSql,
} from "../db/run.sql";

/** Rows of one run's save. */
export interface RunSave {
  readonly run: { readonly id: string; readonly revision: number };
  readonly added: readonly object[];
  readonly changed: readonly object[];
  readonly attempts: readonly object[];
  readonly results: readonly object[];
}

export interface NewRun {
  readonly id: string;
  readonly order_key: string | undefined;
}

export interface RunWriter {
  /** How long the attempts that are claimed or renewed from now on may be at work without a further word. */
  attemptSeconds: number;
  /** Ids of the runs whose save is committed; the others are no longer at that revision or no longer ours. */
  save(saves: readonly RunSave[]): Promise<ReadonlySet<string>>;
  /** Resolves with its number; with the run that is active already where one has the same order. */
  insert(run: NewRun, taskRuns: readonly object[], attempts?: readonly object[]): Promise<{ readonly id: string; readonly number: number }>;
  /** Makes this server heard of. */
  beat(): Promise<{ readonly now: number; readonly company: boolean }>;
  renew(
    runIds: readonly string[],
    attempts: readonly { id: string; attempt: number }[],
  ): Promise<{ runs: Set<string>; attempts: Set<string> }>;
  /** From now on nothing waits for a database that is away. */
  giveUp(): void;
  close(): Promise<void>;
}

export function createRunWriter(url: string, instance: string, leaseSeconds: number, log: (message: string) => void): RunWriter {
  let client: Promise<pg.Client> | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client(connection(url));
    // Unheard it would end the process; the next statement finds out by itself.
    fresh.on("error", () => undefined);
    try {
      await fresh.connect();
      await fresh.query(writerSettingsSql);
      return fresh;
    } catch (error) {
      void fresh.end().catch(() => undefined);
      // Whatever it was, no statement is to blame: nobody's run is poison because of it.
      throw isConnectionError(error) ? error : Object.assign(new Error((error as Error).message, { cause: error }), { code: "08001" });
    }
  }

  async function query<Row extends pg.QueryResultRow>(text: string, values: unknown[], name?: string, slowest = 0): Promise<Row[]> {
    const using = (client ??= connect());
    try {
      const options = { text, values, query_timeout: answerTimeoutMs + slowest };
      return (await (await using).query<Row>(name === undefined ? options : { name, ...options })).rows;
    } catch (error) {
      if (isConnectionError(error) && client === using) {
        client = undefined;
        void using.then((dead) => dead.end()).catch(() => undefined);
      }
      throw error;
    }
  }

  const untilBack = <T>(work: () => Promise<T>) =>
    patiently(
      work,
      () => closed,
      (error) => log(`The database is away (${(error as Error).message}); trying until it is back.`),
    );

  function alone<T>(work: () => Promise<T>): Promise<T> {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  }

  function saveOnce(saves: readonly RunSave[]): Promise<{ id: string }[]> {
    const flat = (rows: (save: RunSave) => readonly object[]) => {
      const all = saves.flatMap(rows);
      return all.length === 0 ? "[]" : toJson(all);
    };
    const added = flat((save) => save.added);
    const results = flat((save) => save.results);
    const parts = { added: added !== "[]", results: results !== "[]" };
    return query<{ id: string }>(
      saveRunsSql(parts),
      [
        instance,
        writer.attemptSeconds,
        flat((save) => [save.run]),
        saves.map(({ run }) => run.id),
        flat((save) => save.changed),
        flat((save) => save.attempts),
        ...(parts.added ? [added] : []),
        ...(parts.results ? [results] : []),
      ],
      `save-runs-${Number(parts.added)}${Number(parts.results)}`,
      // A fan-out of a hundred thousand takes its time.
      saves.reduce((rows, save) => rows + save.added.length + save.changed.length, 0),
    );
  }

  const writer: RunWriter = {
    attemptSeconds: leaseSeconds,
    save: (saves) =>
      alone(async () => {
        // In one order everywhere, so that two writers never wait for each other crosswise.
        let open = [...saves].sort((a, b) => (a.run.id < b.run.id ? -1 : 1));
        const committed = new Set<string>();
        for (let cuts = 0; open.length > 0; cuts++) {
          try {
            for (const { id } of await saveOnce(open)) committed.add(id);
            // Without a cut nobody but another owner can have been faster.
            if (cuts === 0) break;
          } catch (error) {
            if (!isConnectionError(error)) throw error;
            log(`A save was cut off (${(error as Error).message}); reading what became of it.`);
          }
          open = open.filter(({ run }) => !committed.has(run.id));
          if (open.length === 0) break;
          await pauseAfter(cuts);
          const rows = await untilBack(() =>
            query<{ id: string; revision: number; owner: string | null }>(savedRevisionsSql, [open.map(({ run }) => run.id)]),
          );
          const found = new Map(rows.filter((row) => row.owner === instance).map((row) => [row.id, row.revision]));
          // Only this process writes as this owner, so the next revision is this very save.
          for (const { run } of open) if (found.get(run.id) === run.revision + 1) committed.add(run.id);
          open = open.filter(({ run }) => found.get(run.id) === run.revision);
        }
        return committed;
      }),
    insert: (run, taskRuns, attempts = []) =>
      alone(async () => {
        for (let cuts = 0; ; cuts++) {
          try {
            const values = [toJson(run), toJson(taskRuns), toJson(attempts), writer.attemptSeconds];
            const [made] = await query<{ number: number }>(insertRunSql, values, "insert-run");
            if (made) return { id: run.id, number: made.number };
            const [same] = await query<{ id: string; number: number }>(orderedRunSql, [run.order_key]);
            if (same) return same;
          } catch (error) {
            // After a cut the one before may have gone through, so that this one finds its own row.
            if (!isConnectionError(error) && cuts === 0) throw error;
            await pauseAfter(cuts);
            const [row] = await untilBack(() => query<{ number: number }>(runNumberSql, [run.id]));
            if (row) return { id: run.id, number: row.number };
            if (!isConnectionError(error)) throw error;
          }
        }
      }),
    renew: (runIds, attempts) =>
      alone(async () => {
        const [row] = await untilBack(() =>
          query<{ runs: string[]; attempts: string[] }>(renewSql, [
            instance,
            runIds,
            leaseSeconds,
            attempts.map(({ id }) => id),
            attempts.map(({ attempt }) => attempt),
            writer.attemptSeconds,
          ]),
        );
        return { runs: new Set(row!.runs), attempts: new Set(row!.attempts) };
      }),
    beat: () =>
      alone(async () => (await untilBack(() => query<{ now: number; company: boolean }>(beatSql, [instance, leaseSeconds * 2])))[0]!),
    giveUp() {
      closed = true;
    },
    async close() {
      closed = true;
      await tail;
      if (client) await query(leaveSql, [instance]).catch(() => undefined);
      await (await client?.catch(() => undefined))?.end();
    },
  };
  return writer;
}
