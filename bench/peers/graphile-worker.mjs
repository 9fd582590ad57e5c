/** Graphile Worker on the bench's Postgres, with its queue of jobs fetched ahead and completions in batches: its fast settings. */
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { countdown, elements, links, measure } from "./peer.mjs";

let chain = countdown(1);
let fan = countdown(1);
const runner = await run({
  connectionString: process.argv[2],
  noHandleSignals: true,
  logger: new Logger(() => () => undefined),
  preset: { worker: { concurrentJobs: 32, completeJobBatchDelay: 0, localQueue: { size: 200 }, pollInterval: 500 } },
  taskList: {
    link: async ({ left }, { addJob }) => {
      if (left === 0) chain.tick();
      else await addJob("link", { left: left - 1 });
    },
    element: async () => void fan.tick(),
  },
});
const utils = await makeWorkerUtils({ connectionString: process.argv[2], logger: new Logger(() => () => undefined) });
await measure(
  async () => {
    chain = countdown(1);
    await runner.addJob("link", { left: links - 1 });
    await chain.done;
  },
  async () => {
    fan = countdown(elements);
    await utils.addJobs(Array.from({ length: elements }, (_, n) => ({ identifier: "element", payload: { n } })));
    await fan.done;
  },
);
await utils.release();
await runner.stop();
process.exit(0);
