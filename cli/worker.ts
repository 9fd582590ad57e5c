/** `heddle worker`: tasks of a Heddle server on this machine, over HTTPS. Exit 0 left, 2 bad usage or refused, 3 start it again. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readEnv } from "@/server/env";
import { readServerAddress } from "@/server/remote-worker/server-address";
import { TransferError } from "@/server/remote-worker/transfer";
import { startWorker, type RunningWorker } from "@/server/remote-worker/worker";
import { packageDir } from "./package-dir";

export interface WorkerFlags {
  readonly server: string;
  readonly token: string | undefined;
  readonly pool: readonly string[];
  readonly label: readonly string[];
  readonly slots: number | undefined;
  readonly gpus: number | undefined;
  readonly executor: "docker" | "process" | undefined;
  readonly home: string | undefined;
  readonly name: string | undefined;
  readonly cache: number;
  readonly allowHttp: boolean;
}

const word = /^[A-Za-z0-9][\w.-]{0,99}$/;

export async function runWorker(flags: WorkerFlags): Promise<number> {
  const address = readServerAddress(flags.server, flags.allowHttp);
  if (!address.ok) return refuse(address.message);
  if (flags.token === undefined)
    return refuse("A worker wants a token: make one on the Workers page of the server, then pass --token or set HEDDLE_TOKEN.");
  const pools = flags.pool.flatMap((each) => each.split(",")).filter((each) => each !== "");
  const wrong = pools.find((each) => !word.test(each));
  if (wrong !== undefined) return refuse(`"${wrong}" is no name of a pool: letters, digits, - _ and . only.`);
  const labels: Record<string, string> = {};
  for (const label of flags.label) {
    const at = label.indexOf("=");
    if (at < 1 || !word.test(label.slice(0, at))) return refuse(`"${label}" is no label: write key=value.`);
    labels[label.slice(0, at)] = label.slice(at + 1);
  }
  const name = flags.name ?? os.hostname().replace(/[^\w.-]/g, "-");
  if (!word.test(name)) return refuse(`"${name}" is no name of a worker: letters, digits, - _ and . only.`);
  const { version } = JSON.parse(fs.readFileSync(path.join(packageDir(), "package.json"), "utf8")) as { version: string };
  let worker: RunningWorker;
  try {
    worker = await startWorker({
      server: address.url,
      token: flags.token,
      name,
      pools: pools.length === 0 ? ["default"] : pools,
      labels,
      slots: flags.slots ?? os.availableParallelism(),
      gpus: flags.gpus,
      executor: flags.executor,
      home: path.resolve(flags.home ?? path.join(readEnv(process.env).home, "worker")),
      runnerDir: path.join(packageDir(), "dist", "runner"),
      version,
      mostValueBytes: flags.cache,
      log: say,
    });
  } catch (error) {
    if (error instanceof TransferError && (error.status === 401 || error.status === 404))
      return refuse(`${address.url.origin} refuses this token: it was revoked, has ended, or is none for workers. (${error.message})`);
    return refuse(error instanceof Error ? error.message : String(error));
  }
  let asked = 0;
  const stop = () => {
    asked++;
    if (asked === 1) {
      say("Ctrl-C: draining. Once more leaves at once.");
      worker.drain();
    } else if (asked === 2) void worker.leave();
    else process.exit(130);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const end = await worker.ended;
  if (end.type === "left") return 0;
  console.error(end.message);
  return end.type === "environment" ? 3 : 2;
}

function say(message: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${message}`);
}

function refuse(message: string): 2 {
  console.error(message);
  return 2;
}
