/**
 * Named points at which things go wrong: every statement of the engine, every call of the container engine, every call of
 * the executor. Nothing of it is in the product: statements are caught where `pg` sends them, the others by proxies. The
 * names of statements are those of the constants in server/db/*.sql.ts, so that a new one is a new point.
 */
import pg from "pg";
import * as artifactSql from "../../../db/artifact.sql";
import { heldLocksSql } from "../../../db/lock-cycle.sql";
import * as metricSql from "../../../db/metric.sql";
import * as permitSql from "../../../db/permit.sql";
import * as runSql from "../../../db/run.sql";
import * as storageSql from "../../../db/storage.sql";
import * as subRunSql from "../../../db/sub-run.sql";
import * as usageSql from "../../../db/usage.sql";
import * as workerSql from "../../../db/worker.sql";
import type { ContainerEngine, ContainerHandle, ContainerOptions } from "../../../executor/docker/testing/engine";
import type { Executor } from "../../../executor/executor";

export const faultActions = ["throw", "sleep", "execute-then-error", "kill"] as const;
export type FaultAction = (typeof faultActions)[number];

const { saveRunsSql, abandonRunsSql: _commandLine, ...runStatements } = runSql;
const { valueColumns: _columns, ...storage } = storageSql;
const { taskUsageSql: _taskPage, runUsageSql: _runPage, ...usage } = usageSql;
// Read by pages only, as the statements of run-read.sql.ts and waiting.sql.ts are: nothing hangs on them.
const { workersSql: _list, runningTasksSql: _tasks, servedPoolsSql: _served, poolWorkersSql: _pool, ...workers } = workerSql;

/** Statements that an engine sends: runs, metrics, artifacts, limits, called runs, usage. */
export const engineStatements: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ ...runStatements, ...metricSql, ...artifactSql, ...permitSql, ...subRunSql, heldLocksSql, ...usage }),
  ...[0, 1, 2, 3].map((n) => [`saveRunsSql ${n}`, saveRunsSql({ added: (n & 1) > 0, results: (n & 2) > 0 })] as const),
]);
/** Those of the store: quotas, references, sweeps. */
export const storageStatements: ReadonlyMap<string, string> = new Map(Object.entries(storage));
/** Those of workers on other machines. */
export const workerStatements: ReadonlyMap<string, string> = new Map(Object.entries(workers));
/** Name → text of every statement that a server sends beside what its pages read. */
export const statements: ReadonlyMap<string, string> = new Map([...engineStatements, ...storageStatements, ...workerStatements]);

export const dockerCalls = [
  "docker.createContainer",
  "docker.listContainers",
  "container.start",
  "container.wait",
  "container.inspect",
  "container.remove",
] as const;
export const executorCalls = ["executor.launch", "executor.stop", "executor.adopt"] as const;

class Failpoints {
  /** Points still to come: each goes wrong once. */
  readonly armed = new Map<string, FaultAction>();
  /** What went wrong, in order. */
  readonly fired: string[] = [];
  readonly unknown = new Set<string>();
  private installed = false;

  arm(points: Iterable<string>, action: FaultAction): void {
    for (const point of points) this.armed.set(point, action);
  }

  async pass<T>(point: string, call: () => Promise<T>): Promise<T> {
    const action = this.armed.get(point);
    if (action === undefined) return call();
    this.armed.delete(point);
    this.fired.push(point);
    switch (action) {
      case "throw":
        throw lostConnection(point);
      case "sleep":
        await new Promise((resolve) => setTimeout(resolve, 100));
        return call();
      case "execute-then-error":
        await call();
        throw lostConnection(point);
      case "kill":
        await call().catch(() => undefined);
        process.stdout.write(`${JSON.stringify({ type: "killed", point })}\n`, () => process.kill(process.pid, "SIGKILL"));
        return new Promise(() => undefined);
    }
  }

  /** From here on every statement of this process passes its point. */
  install(): void {
    if (this.installed) return;
    this.installed = true;
    const names = new Map([...statements].map(([name, text]) => [text, name]));
    const unknown = this.unknown;
    const pass = this.pass.bind(this);
    const send = pg.Client.prototype.query as unknown as (this: pg.Client, ...args: unknown[]) => Promise<unknown>;
    function query(this: pg.Client, ...args: unknown[]): unknown {
      const first = args[0] as string | { text: string };
      const text = typeof first === "string" ? first : first.text;
      const name = names.get(text);
      if (name === undefined) unknown.add(text);
      const callback = typeof args.at(-1) === "function" ? (args.pop() as (error: unknown, result?: unknown) => void) : undefined;
      const result = name === undefined ? send.apply(this, args) : pass(name, () => send.apply(this, args));
      if (!callback) return result;
      result.then(
        (rows) => callback(null, rows),
        (error: unknown) => callback(error),
      );
      return undefined;
    }
    pg.Client.prototype.query = query as typeof pg.Client.prototype.query;
  }

  /** The container engine, each call of which passes its point. `mounts` are added to each container. */
  docker(real: ContainerEngine, mounts: readonly string[] = []): ContainerEngine {
    return this.proxy(real, "docker", (name, args) => {
      if (name !== "createContainer") return args;
      const [options] = args as [ContainerOptions];
      return [{ ...options, HostConfig: { ...options.HostConfig, Binds: [...(options.HostConfig?.Binds ?? []), ...mounts] } }];
    });
  }

  executor(real: Executor): Executor {
    return this.proxy(real, "executor");
  }

  private proxy<T extends object>(real: T, kind: string, change: (name: string, args: unknown[]) => unknown[] = (_, args) => args): T {
    const points = new Set<string>([...dockerCalls, ...executorCalls]);
    return new Proxy(real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function" || typeof name !== "string") return value;
        return (...args: unknown[]) => {
          const call = () => (value as (...given: unknown[]) => unknown).apply(target, change(name, args));
          const point = `${kind}.${name}`;
          const made = points.has(point) ? this.pass(point, async () => call()) : call();
          const dress = (each: unknown) => (isContainer(each) ? this.proxy(each, "container") : each);
          return made instanceof Promise ? made.then(dress) : dress(made);
        };
      },
    });
  }
}

export const failpoints = new Failpoints();

function isContainer(value: unknown): value is ContainerHandle {
  return typeof value === "object" && value !== null && value.constructor.name === "Container";
}

function lostConnection(point: string): Error {
  return Object.assign(new Error(`The line was cut at ${point}.`), { code: "ECONNRESET" });
}
