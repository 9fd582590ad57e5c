/** What `npm start` runs once everything is built: starts the server, says where it is, and ends it on Ctrl-C. */
import { readEnv } from "./env";
import { startServer, type RunningServer } from "./main";

export async function startFromTerminal({ dev, packageDir }: { dev: boolean; packageDir: string }): Promise<void> {
  const started = Date.now();
  const server = await start(dev, packageDir);
  console.log(`\n  Heddle is ready at ${server.url}  \x1b[2m(${((Date.now() - started) / 1000).toFixed(1)} s)\x1b[0m`);
  if (server.signInLink !== undefined) {
    console.log(`\n  Open this link once, on this machine, to sign in:\n  ${server.signInLink}`);
  }
  console.log("\n  \x1b[2mCtrl-C stops everything; runs go on at the next start.\x1b[0m\n");

  let asked = 0;
  const stop = () => {
    // A second Ctrl-C is from someone who does not want to wait.
    if (++asked > 1) process.exit(130);
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

async function start(dev: boolean, packageDir: string): Promise<RunningServer> {
  try {
    return await startServer({ env: readEnv(process.env), packageDir, pages: dev ? "dev" : "built", executor: "auto" });
  } catch (error) {
    console.error(`\n  ${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env.DEBUG) console.error(error);
    process.exit(1);
  }
}
