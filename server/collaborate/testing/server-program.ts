/** A whole server in a process of its own, to be killed. Says its address on its standard output. Started by killable-heddle.ts. */
import fs from "node:fs";
import { startServer } from "../../main";

const { HEDDLE_HOME, DATABASE_URL, PORT } = process.env as Record<string, string>;
const server = await startServer({
  packageDir: process.cwd(),
  pages: "none",
  executor: "none",
  env: { home: HEDDLE_HOME!, host: "127.0.0.1", port: Number(PORT), databaseUrl: DATABASE_URL!, publicUrl: undefined },
});
fs.writeSync(1, `${server.url}\n`);
