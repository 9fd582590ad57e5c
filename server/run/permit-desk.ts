/**
 * Gives out permits so that all servers of a database together never exceed a limit: reads what is taken, decides
 * (pipelines/limit/permits.ts) and saves under one row lock per workspace. One order after the other, so that what is given
 * back is back before the next ask. Neighbours: admission.ts asks, server/db/permit.sql.ts has the statements.
 */
import { decidePermits, sizeOf, type Ask, type Refusal, type ResourceState } from "@/pipelines/limit/permits";
import { countsRuns, limitKey, type Labels, type Limit, type LimitKind, type Limits, type Resource } from "@/pipelines/limit/limit";
import { patiently } from "../db/patiently";
import {
  beginPermitsSql,
  commitPermitsSql,
  forgetPermitsSql,
  giveBackPermitsSql,
  labelPermitsSql,
  layDownPermitsSql,
  limitsSql,
  lockGatesSql,
  makeGatesSql,
  permitStateSql,
  takePermitsSql,
} from "../db/permit.sql";
import type { Pool } from "../db/pool";

export interface PermitAsk extends Ask {
  readonly workspaceId: string;
  readonly taskRunId: string;
  readonly attempt: number;
}

export interface PermitAnswer {
  readonly granted: ReadonlySet<string>;
  readonly refused: ReadonlyMap<string, readonly Refusal[]>;
  /** The database's clock, which `until` of a refusal is told in. */
  readonly now: number;
}

interface LimitRecord {
  readonly workspace_id: string;
  readonly kind: LimitKind;
  readonly name: string;
  readonly slots: number | null;
  readonly runs: number | null;
  readonly rate_count: number | null;
  readonly rate_seconds: number | null;
  readonly labels?: Labels | null;
}

export interface StateRecord extends Omit<LimitRecord, "kind" | "name"> {
  readonly resource: Resource;
  readonly found: boolean;
  readonly used: number;
  readonly holders: readonly string[];
  readonly starts: readonly number[];
  readonly dead: readonly string[];
  readonly now: number;
}

export class PermitDesk {
  private tail: Promise<unknown> = Promise.resolve();
  private readonly gates = new Set<string>();
  private closed = false;

  constructor(
    private readonly pool: Pool,
    private readonly instance: string,
  ) {}

  take(asks: readonly PermitAsk[]): Promise<PermitAnswer> {
    return this.inTurn(() => this.takeNow(asks));
  }

  /** Granted, and not wanted after all. */
  giveBack(asks: readonly Pick<PermitAsk, "taskRunId" | "attempt">[]): Promise<void> {
    return this.inTurn(async () => {
      const values = [asks.map(({ taskRunId }) => taskRunId), asks.map(({ attempt }) => attempt), this.instance];
      await this.untilBack(() => this.pool.query(giveBackPermitsSql, values));
    });
  }

  /** The attempt stands still: its places in pools are free, its lock is not. */
  layDown({ taskRunId, attempt }: Pick<PermitAsk, "taskRunId" | "attempt">): Promise<void> {
    return this.inTurn(async () => {
      await this.untilBack(() => this.pool.query(layDownPermitsSql, [taskRunId, attempt]));
    });
  }

  /** Attempts that run already count for a limit that was made since. */
  label(asks: readonly PermitAsk[]): Promise<void> {
    return this.inTurn(async () => {
      const rows = asks.flatMap((ask) => ask.resources.map((resource) => toRow(ask, resource)));
      if (rows.length > 0) await this.untilBack(() => this.pool.query(labelPermitsSql, [...columns(rows), this.instance]));
    });
  }

  /** Before the first ask: what this server took before it was killed, and never used, is free. */
  async forgetEarlierLife(): Promise<void> {
    await this.pool.query(forgetPermitsSql, [this.instance]);
  }

  /** By workspace; those without any are not in it. */
  async readLimits(): Promise<ReadonlyMap<string, Limits>> {
    const { rows } = await this.pool.query<LimitRecord>(limitsSql);
    const all = new Map<string, Map<string, Limit>>();
    for (const row of rows) {
      const limits = all.get(row.workspace_id) ?? new Map<string, Limit>();
      all.set(row.workspace_id, limits.set(limitKey(row.kind, row.name), toLimit(row.kind, row.name, row)));
    }
    return all;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.tail;
  }

  private async takeNow(asks: readonly PermitAsk[]): Promise<PermitAnswer> {
    const workspaces = [...new Set(asks.map(({ workspaceId }) => workspaceId))].sort();
    const unmade = workspaces.filter((id) => !this.gates.has(id));
    if (unmade.length > 0) await this.pool.query(makeGatesSql, [unmade]);
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(beginPermitsSql);
      await client.query({ name: "lock-gates", text: lockGatesSql, values: [workspaces] });
      const pairs = new Map(
        asks.flatMap(({ workspaceId, resources }) => resources.map((resource) => [`${workspaceId}\n${resource}`, [workspaceId, resource]])),
      );
      const asking = new Set(asks.flatMap((ask) => ask.resources.map((resource) => keyOf(toRow(ask, resource)))));
      const { rows } = await client.query<StateRecord>({
        name: "permit-state",
        text: permitStateSql,
        values: [
          [...pairs.values()].map(([workspaceId]) => workspaceId),
          [...pairs.values()].map(([, resource]) => resource),
          asks.map(({ taskRunId, attempt }) => `${taskRunId}/${attempt}`),
        ],
      });
      const now = rows[0]?.now ?? Date.now();
      const taken: PermitRow[] = [];
      const granted = new Set<string>();
      const refused = new Map<string, readonly Refusal[]>();
      for (const workspaceId of workspaces) {
        const states = new Map(rows.filter((row) => row.workspace_id === workspaceId).map((row) => [row.resource, toState(row)]));
        const decision = decidePermits(
          asks.filter((ask) => ask.workspaceId === workspaceId),
          states,
          now,
        );
        for (const { ask, takes } of decision.granted) {
          granted.add(ask.id);
          for (const resource of takes) taken.push(toRow(ask as PermitAsk, resource));
        }
        for (const { ask, refusals } of decision.refused) refused.set(ask.id, refusals);
      }
      const dead = rows
        .flatMap((row) => row.dead.map((each) => toDeadRow(row.workspace_id, row.resource, each)))
        .filter((row) => !asking.has(keyOf(row)));
      if (taken.length > 0 || dead.length > 0) {
        await client.query({
          name: "take-permits",
          text: takePermitsSql,
          values: [...columns(taken), this.instance, ...columns(dead).slice(0, 4)],
        });
      }
      await client.query(commitPermitsSql);
      for (const id of workspaces) this.gates.add(id);
      return { granted, refused, now };
    } catch (error) {
      this.gates.clear();
      await client.query("rollback").catch((failure: Error) => (broken = failure));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }

  private untilBack<T>(work: () => Promise<T>): Promise<T> {
    return patiently(work, () => this.closed);
  }
}

interface PermitRow {
  readonly workspaceId: string;
  readonly resource: Resource;
  readonly holder: string;
  readonly attempt: number;
  readonly runId: string;
}

function toRow({ workspaceId, runId, taskRunId, attempt }: PermitAsk, resource: Resource): PermitRow {
  return countsRuns(resource)
    ? { workspaceId, resource, holder: runId, attempt: 0, runId }
    : { workspaceId, resource, holder: taskRunId, attempt, runId };
}

function toDeadRow(workspaceId: string, resource: Resource, text: string): PermitRow {
  const slash = text.lastIndexOf("/");
  return { workspaceId, resource, holder: text.slice(0, slash), attempt: Number(text.slice(slash + 1)), runId: "" };
}

function keyOf({ workspaceId, resource, holder, attempt }: PermitRow): string {
  return [workspaceId, resource, holder, attempt].join("\n");
}

function columns(rows: readonly PermitRow[]): unknown[] {
  return [
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.resource),
    rows.map((row) => row.holder),
    rows.map((row) => row.attempt),
    rows.map((row) => row.runId),
  ];
}

function toLimit(kind: LimitKind, name: string, row: Omit<LimitRecord, "kind" | "name">): Limit {
  return {
    kind,
    name,
    slots: row.slots ?? undefined,
    runs: row.runs ?? undefined,
    rate: row.rate_count === null || row.rate_seconds === null ? undefined : { count: row.rate_count, seconds: row.rate_seconds },
    labels: row.labels ?? undefined,
  };
}

export function toState(row: StateRecord): ResourceState {
  return {
    ...sizeOf(row.resource, row.found ? toLimit("pool", "", row) : undefined),
    used: row.used,
    holders: new Set(row.holders),
    starts: row.starts,
  };
}
