/**
 * Durable queues of the npm registry beside us, in one call on one machine: seconds for a chain of 40 and jobs a second of a
 * fan-out of 1,000, DBOS and Graphile Worker on the Postgres that we use, BullMQ on a Redis that syncs every write (where
 * one is installed). Theirs run as functions of their own process; ours in warm hardened containers. The floor of each row
 * is our figure from the same call: a ratio above 1 says how many times ours the peer takes.
 */
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Measurement } from "./bench";
import { withGround, type Ground } from "./bench-ground";
import { median } from "./median";
import { chainText } from "./chain40";
import { fanOutText } from "./fanout";

const folder = path.join(process.cwd(), "bench/peers");
const run_ = promisify(execFile);

export function run(): Promise<Measurement[]> {
  install();
  return withGround(async (ground) => {
    const chain = (await timed(ground, chainText, 8)) / 1000;
    const fanout = 1_000 / ((await timed(ground, fanOutText(1_000), 5)) / 1000);
    const rows: Measurement[] = [];
    const add = (peer: string, theirs: { chain: number; fanout: number }) => {
      rows.push({
        name: `peers-chain40-${peer}`,
        value: round(theirs.chain),
        unit: "s",
        floor: round(chain),
        ratio: round(theirs.chain / chain),
      });
      rows.push({
        name: `peers-fanout1000-${peer}`,
        value: round(theirs.fanout),
        unit: "tasks/s",
        floor: round(fanout),
        ratio: round(fanout / theirs.fanout),
      });
    };
    add("dbos", await peer("dbos", ground.databaseUrl));
    add("graphile-worker", await peer("graphile-worker", ground.databaseUrl));
    await withRedis(async (port) => add("bullmq", await peer("bullmq", String(port))));
    return rows;
  });
}

async function timed(ground: Ground, text: string, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 3; n++) await ground.time(text);
  for (let n = 0; n < rounds; n++) times.push(await ground.time(text));
  return median(times);
}

async function peer(name: string, argument: string): Promise<{ chain: number; fanout: number }> {
  const { stdout } = await run_(process.execPath, [path.join(folder, `${name}.mjs`), argument], { timeout: 300_000 });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as { chain: number; fanout: number };
}

function install(): void {
  if (fs.existsSync(path.join(folder, "node_modules"))) return;
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`The peers could not be installed: run "npm ci" in ${folder} and read what it says.`);
}

async function withRedis(work: (port: number) => Promise<void>): Promise<void> {
  if (spawnSync("redis-server", ["--version"]).status !== 0) {
    console.error("BullMQ is left out: there is no redis-server on this machine (on Debian: apt-get install redis-server).");
    return;
  }
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-redis-"));
  const port = await freePort();
  const redis = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--appendonly", "yes", "--appendfsync", "always", "--save", ""],
    { stdio: "ignore" },
  );
  try {
    await work(port);
  } finally {
    redis.kill();
    await once(redis, "exit");
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
