/**
 * A server in a process of its own, to be killed: `node --import tsx server-process.ts`. Says on its standard output, a
 * JSON line each, when it is ready, which run it accepted and how many task runs have ended; takes `submit` and `close`.
 */
import fs from "node:fs";
import readline from "node:readline";
import { openHome } from "../../home";
import { runHub } from "../run-hub";
import { dockerExecutor, openWorkbench, processExecutor, toSpec } from "./workbench";

const say = (word: object) => fs.writeSync(1, `${JSON.stringify(word)}\n`);

async function main(): Promise<void> {
  const { DATABASE_URL, HEDDLE_HOME, HEDDLE_TEST_EXECUTOR, HEDDLE_TEST_LEASE } = process.env as Record<string, string>;
  const home = openHome(HEDDLE_HOME!);
  runHub.subscribe((news) => {
    if (news.type === "changed") say({ type: "changed", runId: news.runId, seq: news.seq, ended: news.ended });
  });
  const executor = HEDDLE_TEST_EXECUTOR === "docker" ? dockerExecutor : processExecutor;
  const bench = await openWorkbench(DATABASE_URL!, {
    home: HEDDLE_HOME!,
    instance: home.instance,
    leaseSeconds: Number(HEDDLE_TEST_LEASE),
    executor,
    log: (message) => fs.writeSync(2, `${message}\n`),
  });
  say({ type: "ready" });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const order = JSON.parse(line) as { type: "submit"; text: string } | { type: "close" };
    if (order.type === "close") break;
    const result = await bench.engine.submit(toSpec(order.text, { cache: "off" }), {
      source: order.text,
      versionId: undefined,
      createdBy: undefined,
    });
    say({ type: "accepted", result });
  }
  await bench.close();
  home.release();
  process.exit(0);
}

void main();
