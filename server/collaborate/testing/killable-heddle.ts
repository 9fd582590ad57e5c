/** Bundles and starts server-program.ts, and kills it as a power cut does. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";

export interface KillableHeddle {
  readonly url: string;
  kill(): Promise<void>;
}

let bundle: string | undefined;

function bundled(): string {
  if (bundle !== undefined) return bundle;
  const outfile = path.join(process.cwd(), "dist", "testing", `heddle-${process.pid}.mjs`);
  const entryPoints = ["server/collaborate/testing/server-program.ts"];
  buildSync({ entryPoints, bundle: true, platform: "node", format: "esm", packages: "external", outfile, logLevel: "error" });
  process.once("exit", () => fs.rmSync(outfile, { force: true }));
  return (bundle = outfile);
}

export async function startKillable(order: {
  readonly home: string;
  readonly databaseUrl: string;
  readonly port: number;
}): Promise<KillableHeddle> {
  const child = spawn(process.execPath, [bundled()], {
    env: { ...process.env, HEDDLE_HOME: order.home, DATABASE_URL: order.databaseUrl, PORT: String(order.port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const over = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (data: Buffer) => resolve(data.toString().trim()));
    void over.then(() => reject(new Error(`The server ended before it was ready: ${errors}`)));
  });
  return {
    url,
    async kill() {
      child.kill("SIGKILL");
      await over;
    },
  };
}
