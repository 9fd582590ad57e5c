/**
 * A server in a process of its own, to be killed (killable-server.ts bundles and starts it). Says on its standard output, a
 * JSON line each, when it is ready, which run it accepted and how many task runs have ended; takes orders on its standard
 * input. Its store is a server's: with quotas, references and sweeps in the database.
 */
import fs from "node:fs";
import readline from "node:readline";
import { collectGarbage } from "../../artifact/collect-garbage";
import { openValueStore } from "../../artifact/open-value-store";
import { createStorageLedger } from "../../artifact/storage-ledger";
import type { ValueStore } from "../../artifact/store";
import { createPool } from "../../db/pool";
import { openEngine } from "../../executor/docker/testing/engine";
import { openHome } from "../../home";
import { createCleaner } from "../../worker/cleaner";
import { runHub } from "../run-hub";
import { failpoints, type FaultAction } from "./faults/failpoints";
import { dockerExecutor, openWorkbench, processExecutor, toSpec, type Workbench } from "./workbench";

const say = (word: object): void => void fs.writeSync(1, `${JSON.stringify(word)}\n`);

async function main(): Promise<void> {
  const {
    DATABASE_URL,
    HEDDLE_HOME,
    HEDDLE_TEST_EXECUTOR,
    HEDDLE_TEST_LEASE,
    HEDDLE_TEST_FAILPOINTS,
    HEDDLE_TEST_WITNESS,
    HEDDLE_TEST_CLOCK,
  } = process.env as Record<string, string>;
  shiftClock(Number(HEDDLE_TEST_CLOCK ?? 0));
  failpoints.install();
  for (const { points, action } of JSON.parse(HEDDLE_TEST_FAILPOINTS ?? "[]") as { points: string[]; action: FaultAction }[])
    failpoints.arm(points, action);
  const home = openHome(HEDDLE_HOME!);
  runHub.subscribe((news) => {
    if (news.type === "changed") say({ type: "changed", runId: news.runId, seq: news.seq, ended: news.ended });
  });
  const mounts = HEDDLE_TEST_WITNESS ? [`${HEDDLE_TEST_WITNESS}:/heddle/witness:rw`] : [];
  const docker = () => failpoints.docker(openEngine(), mounts);
  const pool = createPool(DATABASE_URL!);
  const store = openValueStore(HEDDLE_HOME!, pool, {});
  const make = (home: string, log: Log) =>
    HEDDLE_TEST_EXECUTOR === "docker" ? dockerExecutor(home, log, docker(), store) : processExecutor(home, log, store);
  const executor = (home: string, log: Log) => failpoints.executor(make(home, log));
  const bench = await openWorkbench(DATABASE_URL!, {
    home: HEDDLE_HOME!,
    instance: home.instance,
    leaseSeconds: Number(HEDDLE_TEST_LEASE),
    executor,
    objects: store.objects,
    log: (message) => fs.writeSync(2, `${message}\n`),
  });
  say({ type: "ready" });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const order = JSON.parse(line) as Order;
    if (order.type === "close") break;
    void obey(order, bench, store);
  }
  await bench.close();
  await pool.end();
  home.release();
  process.exit(0);
}

type Log = (message: string) => void;

type Order =
  | { type: "submit"; text: string; orderKey?: string; notebookId?: string; cache?: "use" | "off" }
  | { type: "cancel" | "retry" | "pause" | "resume"; runId: string }
  | { type: "load" | "limits" | "clean" }
  | { type: "sweep"; graceSeconds: number }
  | { type: "put"; words: string }
  | { type: "lost"; hash: string }
  | { type: "close" };

async function obey(order: Exclude<Order, { type: "close" }>, { engine, pool }: Workbench, store: ValueStore): Promise<void> {
  const { objects } = store;
  switch (order.type) {
    case "load":
      return say({ type: "load", load: engine.load() });
    case "cancel":
    case "retry":
      return say({ type: "answered", result: await engine[order.type](order.runId) });
    case "pause":
    case "resume":
      return say({ type: "answered", result: await engine.command(order.runId, { type: `${order.type}-requested`, by: undefined }) });
    case "limits":
      await engine.readLimits();
      return say({ type: "answered", result: true });
    case "clean":
      return createCleaner({ pool, objects, logs: engine.logs, everyMs: 20, complain: () => undefined }).start();
    case "sweep": {
      const sweep = { pool, objects, workspaceId: "w1", dryRun: false, trigger: "timer", graceSeconds: order.graceSeconds } as const;
      return say({ type: "answered", result: (await collectGarbage(sweep).catch(() => ({ ok: false }))).ok });
    }
    case "put":
      await store.put("w1", Buffer.from(order.words));
      return say({ type: "answered", result: true });
    case "lost":
      await createStorageLedger(pool, async () => 0).lost("w1", order.hash);
      return say({ type: "answered", result: true });
    case "submit": {
      const { text, orderKey, notebookId = "n1", cache = "off" } = order;
      const meta = { source: text, versionId: undefined, createdBy: undefined, orderKey };
      return say({ type: "accepted", result: await engine.submit(toSpec(text, { cache, notebookId }), meta) });
    }
  }
}

/** As if somebody had set this machine's clock: the database's goes on being right. */
function shiftClock(ms: number): void {
  const real = Date.now.bind(Date);
  Date.now = () => real() + ms;
}

void main();
