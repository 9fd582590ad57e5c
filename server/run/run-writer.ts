/**
 * The engine's own connection: one statement in flight, whatever else wants to be written waits for the next. After an
 * error on the wire nobody knows whether a save took effect: the rows are read again and compared, never blindly repeated.
 */
import pg from "pg";
import { connection, isConnectionError } from "../db/pool";
import { patiently } from "../db/patiently";
import { insertRunSql, renewSql, saveRunsSql } from "../db/run.sql";
import { toJson } from "./run-rows";

/** Rows of one run's save. */
export interface RunSave {
  readonly run: { readonly id: string; readonly revision: number };
  readonly added: readonly object[];
  readonly changed: readonly object[];
  readonly attempts: readonly object[];
  readonly results: readonly object[];
}

export interface RunWriter {
  /** Ids of the runs whose save is committed; the others are no longer at that revision or no longer ours. */
  save(saves: readonly RunSave[]): Promise<ReadonlySet<string>>;
  insert(run: { readonly id: string }, taskRuns: readonly object[]): Promise<number>;
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
    fresh.on("error", () => (client = undefined));
    await fresh.connect();
    // Plans are made once, while the tables may still be empty: they must suit full ones.
    await fresh.query(
      "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set statement_timeout = '60s'; set plan_cache_mode = force_generic_plan",
    );
    return fresh;
  }

  async function query<Row extends pg.QueryResultRow>(text: string, values: unknown[], name?: string): Promise<Row[]> {
    const using = (client ??= connect());
    try {
      const connected = await using;
      return (await connected.query<Row>(name === undefined ? { text, values } : { name, text, values })).rows;
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
        leaseSeconds,
        flat((save) => [save.run]),
        saves.map(({ run }) => run.id),
        flat((save) => save.changed),
        flat((save) => save.attempts),
        ...(parts.added ? [added] : []),
        ...(parts.results ? [results] : []),
      ],
      `save-runs-${Number(parts.added)}${Number(parts.results)}`,
    );
  }

  return {
    save: (saves) =>
      alone(async () => {
        // In one order everywhere, so that two writers never wait for each other crosswise.
        let open = [...saves].sort((a, b) => (a.run.id < b.run.id ? -1 : 1));
        const committed = new Set<string>();
        while (open.length > 0) {
          try {
            for (const { id } of await saveOnce(open)) committed.add(id);
            break;
          } catch (error) {
            if (!isConnectionError(error)) throw error;
            log(`A save was cut off (${(error as Error).message}); reading what became of it.`);
            const rows = await untilBack(() =>
              query<{ id: string; revision: number; owner: string | null }>("select id, revision, owner from run where id = any($1)", [
                open.map(({ run }) => run.id),
              ]),
            );
            const found = new Map(rows.filter((row) => row.owner === instance).map((row) => [row.id, row.revision]));
            // Only this process writes as this owner, so the next revision is this very save.
            for (const { run } of open) if (found.get(run.id) === run.revision + 1) committed.add(run.id);
            open = open.filter(({ run }) => found.get(run.id) === run.revision);
          }
        }
        return committed;
      }),
    insert: (run, taskRuns) =>
      alone(async () => {
        for (;;) {
          try {
            const [row] = await query<{ number: number }>(insertRunSql, [toJson(run), toJson(taskRuns)], "insert-run");
            return row!.number;
          } catch (error) {
            if (!isConnectionError(error)) throw error;
            const [row] = await untilBack(() => query<{ number: number }>("select number from run where id = $1", [run.id]));
            if (row) return row.number;
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
          ]),
        );
        return { runs: new Set(row!.runs), attempts: new Set(row!.attempts) };
      }),
    giveUp() {
      closed = true;
    },
    async close() {
      closed = true;
      await tail;
      await (await client?.catch(() => undefined))?.end();
    },
  };
}
