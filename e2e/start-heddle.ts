/** A Heddle as people start it: `npm start` in a home of its own. Neighbours: heddle.ts (fixtures), bench/page-ground.ts. */
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort } from "../server/db/embedded-postgres";

export interface Heddle {
  readonly url: string;
  /** The one-time sign-in link of this start. */
  readonly link: string;
  readonly home: string;
  readonly child: ChildProcess;
  /** As Ctrl-C does. Resolves when it is gone. */
  stop(): Promise<void>;
  /** kill -9, as a power cut does. */
  kill(): Promise<void>;
}

export async function startHeddle(home: string, env: Readonly<Record<string, string>> = {}): Promise<Heddle> {
  const port = await freePort();
  const child = spawn(process.execPath, ["bin/start.mjs"], {
    env: { ...process.env, HEDDLE_HOME: home, PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const link = await firstLink(child);
  return {
    url: `http://127.0.0.1:${port}`,
    link,
    home,
    child,
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function firstLink(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (data: Buffer) => {
      output += data.toString();
      const link = /http:\/\/\S*\/sign-in\S*/.exec(output)?.[0];
      if (link) resolve(link);
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.once("exit", (code) => reject(new Error(`Heddle ended with code ${code} before it was ready:\n${output}`)));
  });
}

export function makeHome(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "heddle-e2e-"));
}
