import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AttemptLog } from "../testing/attempt-log";
import { describeExecutor } from "../testing/conformance";
import { describeSql } from "../testing/sql-conformance";
import { toRequest } from "../testing/requests";
import { openWorkbench } from "../testing/workbench";
import { identify, isAlive } from "../process-identity";
import { createProcessExecutor } from "./process-executor";

describeExecutor("process executor", { create: createProcessExecutor, walls: false });
describeSql("SQL cells in processes", { create: createProcessExecutor, walls: false });

test("an attempt whose server never comes back ends with its lease, and leaves another server's harnesses alone", async () => {
  const bench = await openWorkbench();
  const { home, runner, environment } = bench;
  const options = { home, runner, environment, dataDir: () => undefined, slots: 2, log: () => undefined };
  const first = createProcessExecutor({ ...options, lease: { leaseMs: 300, graceMs: 200 } });
  const log = new AttemptLog();
  await first.launch(toRequest("console.log(process.pid); for (;;) await new Promise((resolve) => setTimeout(resolve, 10));"), log);
  await log.until((each) => each.records.length > 0);
  const task = identify(Number(log.texts("info")[0]));
  // As if the harness belonged to another living server.
  const other = spawn("sleep", ["60"]);
  const [name] = await readdir(join(home, "owners"));
  const own = identify(process.pid);
  await mkdir(join(home, "owners"), { recursive: true });
  await writeFile(join(home, "owners", name!), JSON.stringify(identify(other.pid!)));
  const stranger = createProcessExecutor(options);
  expect(await stranger.adopt(() => new AttemptLog())).toEqual([]);
  await writeFile(join(home, "owners", name!), JSON.stringify(own));
  other.kill();
  await once(other, "exit");
  await first.abandon();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(task)) return;
      clearInterval(timer);
      resolve();
    }, 50);
  });
  const later = new AttemptLog();
  await stranger.adopt(() => later);
  expect(await later.result()).toMatchObject({ status: "lost", reason: "lease-lost" });
  await stranger.close();
  await bench.remove();
});
