/**
 * What servers of one database tell each other: which runs have changed. Only ever a hint, at most one each 50 ms in a
 * transaction of its own; who hears none looks every two seconds (the notifications of a pooler or a dead connection are
 * silent). A server that is alone neither tells nor listens; what ended until it found out that it is not is told then.
 * Neighbours: run-hub.ts (who hears of it), ../worker/lease-keeper.ts.
 */
import pg from "pg";
import { connection, type Pool } from "../db/pool";
import { listenSql, notifySql, outsideRunsSql } from "../db/run.sql";
import { loopEvery, type Loop } from "../worker/loop";
import type { RunHub } from "./run-hub";

export interface OutsideNewsParts {
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly instance: string;
  readonly hub: RunHub;
  /** Whether there are other servers. */
  inCompany(): boolean;
  /** Somebody wants something of a run that is worked on here. */
  asked(runIds: readonly string[]): void;
  complain(what: string, error: unknown): void;
}

export interface OutsideNews extends Loop {
  /** Whoever works on this run should look at it. */
  ask(runId: string): void;
}

interface Row {
  readonly id: string;
  readonly workspace_id: string;
  readonly notebook_id: string | null;
  readonly revision: number;
  readonly ended: boolean;
}

const gatherMs = 50;
const pollMs = 2_000;
/** A look goes back to the one before and so much further: an end takes until then to be committed, and clocks differ a little. */
const overlapMs = 15_000;
/** A notification holds 8,000 bytes. More runs than that: "look for yourself". */
const mostNamed = 200;

export function createOutsideNews(parts: OutsideNewsParts): OutsideNews {
  const { pool, databaseUrl, instance, hub, inCompany, asked, complain } = parts;
  const changed = new Set<string>();
  /** Revisions of active runs of others, as they were last told here ... */
  const told = new Map<string, number>();
  /** ... and of those whose end was told, for as long as looks come upon them. */
  const over = new Map<string, number>();
  /** When the last look back began. */
  let lookedAt = performance.now();
  let looking: Promise<void> = Promise.resolve();
  let gathering: NodeJS.Timeout | undefined;
  let listening: pg.Client | undefined;
  let stopped = false;
  let unsubscribe = () => undefined as void;

  function ask(runId: string): void {
    if (stopped || !inCompany()) return;
    changed.add(runId);
    gathering ??= setTimeout(() => {
      gathering = undefined;
      const runs = changed.size > mostNamed ? [] : [...changed];
      changed.clear();
      pool.query(notifySql, [JSON.stringify({ from: instance, runs })]).catch((error: unknown) => complain("Telling other servers", error));
    }, gatherMs);
  }

  async function listen(): Promise<void> {
    if (listening || stopped) return;
    const client = new pg.Client(connection(databaseUrl));
    const forget = () => {
      if (listening === client) listening = undefined;
    };
    client.on("error", forget);
    client.on("end", forget);
    client.on("notification", ({ payload }) => {
      const { from, runs } = JSON.parse(payload ?? "{}") as { from?: string; runs?: string[] };
      if (from === instance || stopped) return;
      asked(runs ?? []);
      look(runs ?? []).catch((error: unknown) => complain("Looking at what other servers did", error));
    });
    listening = client;
    try {
      await client.connect();
      await client.query(listenSql);
    } catch (error) {
      forget();
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  /** One after the other: an older answer never overtakes a newer one. */
  function look(named: readonly string[]): Promise<void> {
    const mine = looking.then(() => lookNow(named));
    looking = mine.catch(() => undefined);
    return mine;
  }

  /** At the runs that are named; without a name, back to the last such look: runs may have begun and ended since. */
  async function lookNow(named: readonly string[]): Promise<void> {
    const back = named.length === 0;
    const began = performance.now();
    const seconds = back ? (began - lookedAt + overlapMs) / 1000 : null;
    const { rows } = await pool.query<Row>(outsideRunsSql, [instance, [...told.keys(), ...named], seconds]);
    for (const { id, workspace_id, notebook_id, revision, ended } of rows) {
      if ((ended ? over : told).get(id) === revision) continue;
      (ended ? told : over).delete(id);
      (ended ? over : told).set(id, revision);
      hub.publish({
        type: "changed",
        runId: id,
        workspaceId: workspace_id,
        notebookId: notebook_id ?? undefined,
        seq: revision,
        taskRunIds: [],
        ended,
        outside: true,
      });
    }
    if (!back) return;
    lookedAt = began;
    const found = new Set(rows.map(({ id }) => id));
    // Told long ago; deleted, or ours by now.
    for (const known of [over, told]) for (const id of known.keys()) if (!found.has(id)) known.delete(id);
  }

  const loop = loopEvery(
    pollMs,
    async () => {
      if (!inCompany()) return;
      // Whether or not anybody can be heard.
      await listen().catch((error: unknown) => complain("Listening to other servers", error));
      await look([]);
    },
    (error) => complain("Looking at what other servers did", error),
  );

  return {
    ask,
    start() {
      lookedAt = performance.now();
      unsubscribe = hub.subscribe((news) => {
        if (news.type === "changed" && news.outside !== true) ask(news.runId);
      });
      loop.start();
    },
    async stop() {
      stopped = true;
      unsubscribe();
      clearTimeout(gathering);
      await loop.stop();
      await looking;
      await listening?.end().catch(() => undefined);
    },
  };
}
