/** Runs against the limits of their store: full disks, quotas, damaged values, a store that is elsewhere. */
import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openValueStore } from "../artifact/open-value-store";
import type { ValueStore } from "../artifact/store";
import { startTestS3 } from "../artifact/testing/s3-server";
import { createPool, type Pool } from "../db/pool";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { createProcessExecutor } from "../executor/process/process-executor";
import { bareEnvironment, openWorkbench, runnerFolder, type RunSummary, type Workbench } from "./testing/workbench";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function open(home: string, variables: Record<string, string> = {}): Promise<{ bench: Workbench; store: ValueStore }> {
  const store = openValueStore(home, pool, variables);
  const bench = await openWorkbench(database.url, {
    home,
    instance: crypto.randomUUID(),
    objects: store.objects,
    executor: (folder, log) =>
      createProcessExecutor({
        home: folder,
        store,
        slots: 4,
        log,
        environment: bareEnvironment(folder),
        runner: runnerFolder,
        dataDir: (workspaceId) => path.join(folder, "data", workspaceId),
      }),
  });
  return { bench, store };
}

const newHome = () => fs.mkdtempSync(path.join(os.tmpdir(), "heddle-storage-"));
const message = async (summary: RunSummary, key: string) => {
  const { rows } = await pool.query<{ error: { message: string } }>("select error from task_run where id = $1", [summary.tasks[key]!.id]);
  return rows[0]!.error.message;
};
/** A value of so many megabytes, and a cell that reads it. */
const text = (megabytes: number, seed = 1) =>
  `// %% Make\nconst made = new Uint8Array(${megabytes * 1_000_000}).fill(${seed});\n// %% Use\nexport const size = made.length;\n`;

test("a value that the disk has no room for ends its run as disk-full; others go on, and so does work once there is room", async () => {
  const home = newHome();
  fs.mkdirSync(path.join(home, "store"), { recursive: true });
  // Only root may mount; elsewhere the quota below is what is tested.
  if (process.getuid?.() !== 0) return;
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path.join(home, "store")]);
  const { bench } = await open(home);
  try {
    // One after the other: while the large one fills the disk to its last byte, there is no room for anybody.
    const large = await bench.run(text(20));
    const small = await bench.run(text(1), { workspaceId: "w2" });
    expect([large.status, large.tasks.make!.reason]).toEqual(["failed", "disk-full"]);
    expect(await message(large, "make")).toContain("no space left");
    expect(small.status).toBe("succeeded");
    // An artifact, and a log.
    const artifact = await bench.run(
      `// %% Keep\nimport { artifact } from "heddle";\nartifact("big", new Uint8Array(20_000_000));\nexport const x = 1;\n`,
    );
    expect([artifact.status, artifact.tasks.keep!.reason]).toEqual(["failed", "disk-full"]);
    const noisy = await bench.run(`// %% Say\nfor (let n = 0; n < 200; n++) console.log("x".repeat(60_000));\nexport const x = 1;\n`);
    expect(noisy.status).toBe("succeeded");
    const { rows } = await pool.query<{ log_cut: number; log_records: number }>(
      "select log_cut, log_records from attempt where task_run_id = $1",
      [noisy.tasks.say!.id],
    );
    expect(rows[0]!.log_cut).toBeGreaterThan(0);
    expect(rows[0]!.log_cut + rows[0]!.log_records).toBe(200);
    // Somebody makes room.
    for (const file of fs.readdirSync(path.join(home, "store/w1"), { recursive: true, withFileTypes: true })) {
      if (file.isFile()) fs.rmSync(path.join(file.parentPath, file.name));
    }
    expect((await bench.run(text(2, 2))).status).toBe("succeeded");
  } finally {
    await bench.close();
    execFileSync("umount", ["-l", path.join(home, "store")]);
    fs.rmSync(home, { recursive: true, force: true });
  }
}, 60_000);

test("a value beyond the workspace's quota fails its task and says what to do; another workspace goes on", async () => {
  const home = newHome();
  const { bench } = await open(home);
  const workspaceId = `q${crypto.randomUUID()}`;
  await pool.query("insert into storage_policy (workspace_id, quota_bytes) values ($1, 3000000)", [workspaceId]);
  expect((await bench.run(text(2), { workspaceId })).status).toBe("succeeded");
  const over = await bench.run(text(2, 3), { workspaceId });
  expect([over.status, over.tasks.make!.reason, over.tasks.use!.reason]).toEqual(["failed", "quota", "upstream-failed"]);
  expect(await message(over, "make")).toMatch(/may store 3 MB and holds 2 MB; this value needs 2 MB more\. .*Settings → Storage/);
  expect((await bench.run(text(2, 3), { workspaceId: `${workspaceId}x` })).status).toBe("succeeded");
  await bench.close();
  fs.rmSync(home, { recursive: true, force: true });
});

test("a damaged value fails its reader by name, and running again makes it anew", async () => {
  const home = newHome();
  const { bench, store } = await open(home);
  const workspaceId = `d${crypto.randomUUID()}`;
  const first = await bench.run(text(2, 5), { workspaceId });
  const { rows } = await pool.query<{ hash: string }>("select outputs->'made'->>'hash' as hash from task_run where id = $1", [
    first.tasks.make!.id,
  ]);
  const file = store.path(workspaceId, rows[0]!.hash);
  fs.chmodSync(file, 0o644);
  fs.writeFileSync(file, Buffer.alloc(fs.statSync(file).size));
  // The reader's own result is not asked for again: another one is.
  const other = text(2, 5).replace("made.length", "made.length + 1");
  const broken = await bench.run(other, { workspaceId });
  expect([broken.tasks.make!.status, broken.tasks.use!.status]).toEqual(["cached", "failed"]);
  expect(await message(broken, "use")).toContain(`The stored value ${rows[0]!.hash} is damaged`);
  const again = await bench.run(other, { workspaceId });
  expect([again.status, again.tasks.make!.status]).toEqual(["succeeded", "succeeded"]);
  await bench.close();
  fs.rmSync(home, { recursive: true, force: true });
});

test("with a store in S3 values and logs leave this machine, and another one reads them", async () => {
  const s3 = await startTestS3();
  const homes = [newHome(), newHome()];
  const { bucket, prefix, endpoint, credentials } = s3.place;
  const variables = { HEDDLE_STORE: `s3://${bucket}/${prefix}`, HEDDLE_STORE_ENDPOINT: endpoint! };
  process.env.AWS_ACCESS_KEY_ID = credentials!.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials!.secretAccessKey;
  const workspaceId = `s${crypto.randomUUID()}`;
  const one = await open(homes[0]!, variables);
  const first = await one.bench.run(
    `// %% Say\nconsole.log("hello");\nconst made = new Uint8Array(2_000_000).fill(9);\n// %% Use\nexport const size = made.length;\n`,
    {
      workspaceId,
    },
  );
  expect([first.status, first.tasks.use!.outputs.size]).toEqual(["succeeded", "number · 2000000"]);
  await one.bench.close();
  fs.rmSync(homes[0]!, { recursive: true, force: true });
  const two = await open(homes[1]!, variables);
  const second = await two.bench.run(
    `// %% Say\nconsole.log("hello");\nconst made = new Uint8Array(2_000_000).fill(9);\n// %% Use\nexport const last = made[1_999_999];\n`,
    { workspaceId },
  );
  expect([second.tasks.say!.status, second.tasks.use!.outputs.last]).toEqual(["cached", "number · 9"]);
  const log = await two.bench.engine.logs.read({ workspaceId, runId: first.id, taskRunId: first.tasks.say!.id, attempt: 1 }, 0, 10);
  expect(log.records.map(({ text: line }) => line)).toEqual(["hello"]);
  await two.bench.close();
  await s3.close();
  fs.rmSync(homes[1]!, { recursive: true, force: true });
}, 60_000);
