/** BullMQ on a Redis that syncs every write to disk (argument: its port). */
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { countdown, elements, links, measure } from "./peer.mjs";

const connection = new Redis(Number(process.argv[2]), "127.0.0.1", { maxRetriesPerRequest: null });
let chain = countdown(1);
let fan = countdown(1);
const queue = new Queue("bench", { connection });
const worker = new Worker(
  "bench",
  async ({ name, data }) => {
    if (name === "element") return fan.tick();
    if (data.left === 0) chain.tick();
    else await queue.add("link", { left: data.left - 1 });
  },
  { connection, concurrency: 32 },
);
await worker.waitUntilReady();
await measure(
  async () => {
    chain = countdown(1);
    await queue.add("link", { left: links - 1 });
    await chain.done;
  },
  async () => {
    fan = countdown(elements);
    await queue.addBulk(Array.from({ length: elements }, (_, n) => ({ name: "element", data: { n } })));
    await fan.done;
  },
);
process.exit(0);
