/**
 * A server in a process of its own, to be killed: `node --import tsx server-process.ts`. Says on its standard output, a
 * JSON line each, when it is ready, which run it accepted and how many task runs have ended; takes `submit` and `close`.
 */
import fs from "node:fs";
import readline from "node:readline";
import { openEngine } from "../../executor/docker/testing/engine";
import { openHome } from "../../home";
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
  const { points, action } = JSON.parse(HEDDLE_TEST_FAILPOINTS ?? '{"points":[],"action":"throw"}') as {
    points: string[];
    action: FaultAction;
  };
  failpoints.install();
  failpoints.arm(points, action);
  const home = openHome(HEDDLE_HOME!);
  runHub.subscribe((news) => {
    if (news.type === "changed") say({ type: "changed", runId: news.runId, seq: news.seq, ended: news.ended });
  });
  const mounts = HEDDLE_TEST_WITNESS ? [`${HEDDLE_TEST_WITNESS}:/heddle/witness:rw`] : [];
  const docker = () => failpoints.docker(openEngine(), mounts);
  const make = HEDDLE_TEST_EXECUTOR === "docker" ? (home: string, log: Log) => dockerExecutor(home, log, docker()) : processExecutor;
  const executor = (home: string, log: Log) => failpoints.executor(make(home, log));
  const bench = await openWorkbench(DATABASE_URL!, {
    home: HEDDLE_HOME!,
    instance: home.instance,
    leaseSeconds: Number(HEDDLE_TEST_LEASE),
    executor,
    log: (message) => fs.writeSync(2, `${message}\n`),
  });
  say({ type: "ready" });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const order = JSON.parse(line) as Order;
    if (order.type === "close") break;
    void obey(order, bench);
  }
  await bench.close();
  home.release();
  process.exit(0);
}

type Log = (message: string) => void;

type Order =
  | { type: "submit"; text: string; orderKey?: string; notebookId?: string; cache?: "use" | "off" }
  | { type: "cancel" | "retry"; runId: string }
  | { type: "load" }
  | { type: "close" };

async function obey(order: Exclude<Order, { type: "close" }>, { engine }: Workbench): Promise<void> {
  if (order.type === "load") return say({ type: "load", load: engine.load() });
  if (order.type !== "submit") return say({ type: "answered", result: await engine[order.type](order.runId) });
  const { text, orderKey, notebookId = "n1", cache = "off" } = order;
  const meta = { source: text, versionId: undefined, createdBy: undefined, orderKey };
  say({ type: "accepted", result: await engine.submit(toSpec(text, { cache, notebookId }), meta) });
}

/** As if somebody had set this machine's clock: the database's goes on being right. */
function shiftClock(ms: number): void {
  const real = Date.now.bind(Date);
  Date.now = () => real() + ms;
}

void main();
