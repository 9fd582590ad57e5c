/** DBOS on the bench's Postgres: the chain is a workflow of 40 durable steps, the fan-out a workflow of parallel steps. */
import { DBOS } from "@dbos-inc/dbos-sdk";
import { elements, links, measure } from "./peer.mjs";

const quiet = () => undefined;
DBOS.setConfig({
  name: "bench",
  applicationVersion: "bench",
  systemDatabaseUrl: process.argv[2],
  runAdminServer: false,
  logger: { info: quiet, debug: quiet, warn: quiet, error: console.error },
});
const chain = DBOS.registerWorkflow(
  async () => {
    let value = 0;
    for (let n = 0; n < links; n++) value = await DBOS.runStep(async () => value + 1, { name: `link${n}` });
  },
  { name: "chain" },
);
const fanOut = DBOS.registerWorkflow(
  async () => {
    await Promise.all(Array.from({ length: elements }, (_, n) => DBOS.runStep(async () => n + 1, { name: `element${n}` })));
  },
  { name: "fanOut" },
);
await DBOS.launch();
await measure(
  () => chain(),
  () => fanOut(),
);
await DBOS.shutdown();
process.exit(0);
