/** Pools, locks, rates and limits, held by two servers of one database together. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { ServerProcess } from "./testing/killable-server";
import { ended, hear, openWorkbench, reached, type Workbench } from "./testing/workbench";

let database: TestDatabase;
let first: Workbench;
let second: Workbench;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-pools-"));
  first = await openWorkbench(database.url, { instance: "first", leaseSeconds: 2, capacity: { cpu: 4, memory: 8 * 1024 ** 3 } });
  second = await openWorkbench(database.url, { instance: "second", leaseSeconds: 2, capacity: { cpu: 4, memory: 8 * 1024 ** 3 } });
  await first.pool.query("insert into workspace (id, slug, name) values ('w1', 'w1', 'One')");
});
afterAll(async () => {
  await first.close();
  await second.close();
  await database.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => setLimits([]));

interface LimitRow {
  readonly kind: string;
  readonly name: string;
  readonly slots?: number;
  readonly runs?: number;
  readonly rate?: readonly [number, number];
}

async function setLimits(rows: readonly LimitRow[]): Promise<void> {
  await first.pool.query("delete from concurrency_limit");
  for (const { kind, name, slots, runs, rate } of rows) {
    await first.pool.query(
      "insert into concurrency_limit (workspace_id, kind, name, slots, runs, rate_count, rate_seconds, updated_by) values ('w1', $1, $2, $3, $4, $5, $6, 'u')",
      [kind, name, slots ?? null, runs ?? null, rate?.[0] ?? null, rate?.[1] ?? null],
    );
  }
  await first.engine.readLimits();
  await second.engine.readLimits();
}

/** Writes a line when it goes in and one when it goes out, and goes out only when so many have been in. */
const cell = (
  options: string,
  file: string,
  together = 1,
  each = "[1, 2, 3, 4, 5, 6]",
) => `// %% Inside each="i of ${each}" ${options} cache=off
import { appendFileSync, readFileSync } from "node:fs";
import { run } from "heddle";
appendFileSync("${file}", \`in \${run.id}\\n\`);
await new Promise((resolve) => setTimeout(resolve, 20));
while (readFileSync("${file}", "utf8").split("in ").length <= ${together}) await new Promise((resolve) => setTimeout(resolve, 20));
appendFileSync("${file}", \`out \${run.id}\\n\`);
`;

/** How many were inside at once, at most; and how many different runs. */
function readWitness(file: string): { most: number; mostRuns: number; times: number } {
  const inside: string[] = [];
  let [most, mostRuns, times] = [0, 0, 0];
  for (const line of fs.readFileSync(file, "utf8").trim().split("\n")) {
    const [word, id] = line.split(" ") as [string, string];
    if (word === "in") {
      inside.push(id);
      times++;
    } else inside.splice(inside.indexOf(id), 1);
    most = Math.max(most, inside.length);
    mostRuns = Math.max(mostRuns, new Set(inside).size);
  }
  expect(inside).toEqual([]);
  return { most, mostRuns, times };
}

async function livePermits(): Promise<string[]> {
  const { rows } = await first.pool.query(
    `select p.resource from permit p left join run r on r.id = p.run_id left join task_run t on t.id = p.holder
     where permit_is_live(p, r, t) order by 1`,
  );
  return rows.map(({ resource }) => resource as string);
}

const succeeded = (runs: readonly { status: string; message: string | undefined }[]) =>
  expect(runs.map(({ status, message }) => message ?? status)).toEqual(runs.map(() => "succeeded"));

test("two servers together have no more in a pool than it has places, and use all of them", async () => {
  await setLimits([{ kind: "pool", name: "small", slots: 2 }]);
  const file = path.join(folder, "pool");
  const text = cell("pool=small", file, 2);
  succeeded(await Promise.all([first.run(text), second.run(text), second.run(text)]));
  expect(readWitness(file)).toMatchObject({ most: 2, times: 18 });
  expect(await livePermits()).toEqual([]);
});

test("a lock is held by one attempt of the whole workspace at a time", async () => {
  const file = path.join(folder, "lock");
  const text = cell("lock=door", file);
  succeeded(await Promise.all([first.run(text), second.run(text)]));
  expect(readWitness(file)).toMatchObject({ most: 1, times: 12 });
});

test("a lock with three permits is a semaphore", async () => {
  await setLimits([{ kind: "lock", name: "door", slots: 3 }]);
  const file = path.join(folder, "semaphore");
  const text = cell("lock=door", file, 3);
  succeeded(await Promise.all([first.run(text), second.run(text)]));
  expect(readWitness(file)).toMatchObject({ most: 3, times: 12 });
});

test("a rate lets so many start in any stretch of its period, and no fewer", async () => {
  await setLimits([{ kind: "pool", name: "api", rate: [3, 1] }]);
  await first.pool.query(`create table permit_log (at timestamptz);
    create function log_permit() returns trigger language plpgsql as $$ begin insert into permit_log values (new.taken_at); return new; end $$;
    create trigger log_permit after insert or update on permit for each row execute function log_permit();`);
  const file = path.join(folder, "rate");
  const text = cell("pool=api", file, 1, "[1, 2, 3, 4]");
  succeeded(await Promise.all([first.run(text), second.run(text)]));
  await first.pool.query("drop trigger log_permit on permit");
  const { rows } = await first.pool.query<{ at: Date }>("select at from permit_log order by at");
  const starts = rows.map(({ at }) => at.getTime());
  expect(starts).toHaveLength(8);
  for (let n = 3; n < starts.length; n++) expect(starts[n]! - starts[n - 3]!).toBeGreaterThanOrEqual(1000);
  // All three at once, not one every third of a second.
  expect(starts[2]! - starts[0]!).toBeLessThan(1000);
});

test("a notebook with one run at a time: the next one starts when the one before it has ended", async () => {
  await setLimits([{ kind: "notebook", name: "n1", runs: 1 }]);
  const file = path.join(folder, "runs");
  const text = cell("", file, 1, "[1, 2, 3]") + "\n// %% After after=inside\nexport const done = 1;\n";
  succeeded(await Promise.all([first.run(text), second.run(text), second.run(text, { notebookId: "n2" }), first.run(text)]));
  const { rows } = await first.pool.query<{ id: string; from: Date; to: Date }>(
    `select r.id, min(a.started_at) as from, r.finished_at as to from run r join task_run t on t.run_id = r.id join attempt a on a.task_run_id = t.id
     where r.notebook_id = 'n1' and r.source = $1 group by r.id order by 2`,
    [text],
  );
  expect(rows).toHaveLength(3);
  for (let n = 1; n < rows.length; n++) expect(rows[n]!.from.getTime()).toBeGreaterThanOrEqual(rows[n - 1]!.to.getTime() - 1);
});

test("a run that is retried asks for its place among the runs again", async () => {
  await setLimits([{ kind: "notebook", name: "n1", runs: 1 }]);
  const flag = path.join(folder, "mended");
  const failing = `// %% Read cache=off\nimport { readFileSync } from "node:fs";\nexport const text = readFileSync("${flag}", "utf8");\n`;
  const failed = await first.run(failing);
  expect(failed.status).toBe("failed");
  // Somebody else has the place now, for as long as the file is not there.
  const waits = `// %% Wait cache=off\nimport { existsSync } from "node:fs";\nwhile (!existsSync("${flag}")) await new Promise((resolve) => setTimeout(resolve, 20));\n`;
  const other = await second.submit(waits);
  if (!other.ok) throw new Error(other.message);
  await reached(first.pool, other.id, "wait", "running");
  const queued = hear((news) => news.type === "changed" && news.runId === failed.id);
  expect(await first.engine.retry(failed.id)).toBe(true);
  await queued;
  expect((await first.summary(failed.id)).tasks["read"]).toMatchObject({ status: "queued", attempt: 1 });
  fs.writeFileSync(flag, "yes");
  await ended(first.pool, failed.id);
  expect(await first.summary(failed.id)).toMatchObject({ status: "succeeded" });
});

test("limits of the notebook and of the workspace count task runs of all pools", async () => {
  await setLimits([
    { kind: "notebook", name: "n1", slots: 2 },
    { kind: "workspace", name: "", slots: 3 },
    { kind: "pool", name: "wide", slots: 50 },
  ]);
  const [ofNotebook, ofWorkspace] = [path.join(folder, "notebook"), path.join(folder, "workspace")];
  const both = (options: string) =>
    cell(options, ofNotebook, 2).replaceAll(
      /^(append|while).*/gm,
      (line) => `${line}\n${line.replace(ofNotebook, ofWorkspace).replace("<= 2", "<= 3")}`,
    );
  succeeded(
    await Promise.all([
      first.run(both("pool=wide")),
      second.run(both("")),
      first.run(cell("", ofWorkspace, 3), { notebookId: "n2" }),
      second.run(cell("pool=wide", ofWorkspace, 3), { notebookId: "n3" }),
    ]),
  );
  expect(readWitness(ofNotebook)).toMatchObject({ most: 2, times: 12 });
  expect(readWitness(ofWorkspace)).toMatchObject({ most: 3, times: 24 });
});

test("a task of a pool that nobody has made waits, and goes on as soon as somebody makes it", async () => {
  const result = await first.submit("// %% Train pool=gpu cache=off\nexport const trained = 1;\n");
  if (!result.ok) throw new Error(result.message);
  // Another one overtakes it.
  expect(await first.run("// %% Quick cache=off\nexport const quick = 1;\n")).toMatchObject({ status: "succeeded" });
  expect((await first.summary(result.id)).tasks["train"]).toMatchObject({ status: "queued", attempt: 0 });
  await setLimits([{ kind: "pool", name: "gpu" }]);
  await ended(first.pool, result.id);
  expect(await first.summary(result.id)).toMatchObject({ status: "succeeded" });
});

test("in a pool with one place the higher priority goes first, then the older", async () => {
  await setLimits([{ kind: "pool", name: "one", slots: 1 }]);
  const file = path.join(folder, "priority");
  const write = (name: string) => `import { appendFileSync } from "node:fs";\nappendFileSync("${file}", "${name}\\n");\n`;
  const text = `// %% Gate cache=off
export const gate = 1;

// %% Aaa pool=one cache=off after=gate
${write("low")}
// %% Bbb pool=one cache=off after=gate priority=5
${write("high")}
// %% Ccc pool=one cache=off after=gate
${write("low, younger")}
// %% Ddd pool=one cache=off after=gate priority=5
${write("high, younger")}`;
  succeeded([await first.run(text)]);
  expect(fs.readFileSync(file, "utf8").trim().split("\n")).toEqual(["high", "high, younger", "low", "low, younger"]);
});

test("attempts that run already count for a limit that is made meanwhile", async () => {
  const flag = path.join(folder, "go");
  const holding = `// %% Hold pool=late cache=off\nimport { existsSync } from "node:fs";\nwhile (!existsSync("${flag}")) await new Promise((resolve) => setTimeout(resolve, 20));\n`;
  await setLimits([{ kind: "pool", name: "late" }]);
  const holder = await first.submit(holding);
  if (!holder.ok) throw new Error(holder.message);
  await reached(first.pool, holder.id, "hold", "running");
  expect(await livePermits()).toEqual([]);
  await setLimits([{ kind: "pool", name: "late", slots: 1 }]);
  expect(await livePermits()).toEqual(["pool/late"]);
  const next = await second.submit("// %% Next pool=late cache=off\nexport const next = 1;\n");
  if (!next.ok) throw new Error(next.message);
  expect(await second.run("// %% Other cache=off\nexport const other = 1;\n")).toMatchObject({ status: "succeeded" });
  expect((await second.summary(next.id)).tasks["next"]).toMatchObject({ status: "queued" });
  fs.writeFileSync(flag, "");
  await ended(second.pool, next.id);
  await ended(first.pool, holder.id);
  expect(await second.summary(next.id)).toMatchObject({ status: "succeeded" });
});

test("one that is cancelled while it waits leaves the place to the next", async () => {
  const flag = path.join(folder, "leave");
  const holding = `// %% Hold lock=seat cache=off\nimport { existsSync } from "node:fs";\nwhile (!existsSync("${flag}")) await new Promise((resolve) => setTimeout(resolve, 20));\n`;
  const plain = "// %% Sit lock=seat cache=off\nexport const sat = 1;\n";
  const holder = await first.submit(holding);
  if (!holder.ok) throw new Error(holder.message);
  await reached(first.pool, holder.id, "hold", "running");
  const [gone, stays] = await Promise.all([first.submit(plain), first.submit(plain)]);
  if (!gone.ok || !stays.ok) throw new Error("refused");
  expect(await first.engine.cancel(gone.id)).toBe(true);
  fs.writeFileSync(flag, "");
  await ended(first.pool, stays.id);
  expect((await first.summary(gone.id)).tasks["sit"]).toMatchObject({ status: "cancelled", attempt: 0 });
  expect(await first.summary(stays.id)).toMatchObject({ status: "succeeded" });
  await ended(first.pool, holder.id);
  expect(await livePermits()).toEqual([]);
});

test("nothing was complained about", () => {
  expect([...first.problems, ...second.problems]).toEqual([]);
});

function newHome(): string {
  const home = fs.mkdtempSync(path.join(folder, "home-"));
  fs.mkdirSync(path.join(home, "data", "w1"), { recursive: true });
  return home;
}

test("the lock of a server that was killed is free once its attempt counts as lost", async () => {
  const server = new ServerProcess({ databaseUrl: database.url, home: newHome(), leaseSeconds: 2 });
  await server.hear("ready");
  server.send({
    type: "submit",
    text: `// %% Hold lock=killed\nimport { run } from "heddle";\nif (run.attempt === 1) await new Promise(() => setInterval(() => {}, 1000));\n`,
  });
  const { result } = await server.hear("accepted");
  await server.hear("changed", (word) => word.runId === result.id);
  while ((await livePermits()).length === 0) await server.hear("changed", (word) => word.runId === result.id);
  const next = await first.submit("// %% Next lock=killed cache=off\nexport const next = 1;\n");
  if (!next.ok) throw new Error(next.message);
  expect(await first.run("// %% Other cache=off\nexport const other = 1;\n")).toMatchObject({ status: "succeeded" });
  expect((await first.summary(next.id)).tasks["next"]).toMatchObject({ status: "queued" });
  await server.kill();
  await ended(first.pool, next.id);
  await ended(first.pool, result.id);
  expect(await first.summary(next.id)).toMatchObject({ status: "succeeded" });
  expect(await livePermits()).toEqual([]);
}, 60_000);

test("after kills at any moment the places taken are the attempts alive, and never too many (I10)", async () => {
  await setLimits([{ kind: "pool", name: "small", slots: 3 }]);
  const text = `// %% Inside each="i of Array.from({ length: 30 }, (_, n) => n)" pool=small cache=off
await new Promise((resolve) => setTimeout(resolve, 15));
`;
  const homes = [newHome(), newHome()];
  const boot = async (home: string) => {
    const server = new ServerProcess({ databaseUrl: database.url, home, leaseSeconds: 2 });
    await server.hear("ready");
    return server;
  };
  const servers = await Promise.all(homes.map(boot));
  const runs: string[] = [];
  for (const server of servers) {
    for (let n = 0; n < 2; n++) {
      server.send({ type: "submit", text });
      runs.push((await server.hear("accepted")).result.id);
    }
  }
  const check = async () => {
    const { rows } = await first.pool.query<{ running: number; permitted: number; live: number }>(
      `select count(*) filter (where t.status = 'running' and t.map_index is not null)::int as running,
         count(*) filter (where t.status = 'running' and t.map_index is not null and p.attempt = t.attempt)::int as permitted,
         (select count(*)::int from permit p left join run r on r.id = p.run_id left join task_run t on t.id = p.holder
          where p.resource = 'pool/small' and permit_is_live(p, r, t)) as live
       from task_run t left join permit p on p.holder = t.id and p.attempt = t.attempt and p.resource = 'pool/small' where t.run_id = any($1)`,
      [runs],
    );
    const { running, permitted, live } = rows[0]!;
    expect(permitted).toBe(running);
    expect(live).toBeGreaterThanOrEqual(running);
    expect(live).toBeLessThanOrEqual(3);
  };
  const open = async () =>
    (await first.pool.query("select id from run where id = any($1) and status in ('queued', 'running')", [runs])).rows.length;
  const heard = () => hear((news) => news.type === "changed" && runs.includes(news.runId));
  for (let kills = 0; kills < 4 && (await open()) > 0; kills++) {
    const at = kills % 2;
    // After three, then five, then seven of its saves.
    for (let saves = 0; saves < 3 + 2 * kills && (await open()) > 0; saves++) {
      await Promise.race([servers[at]!.hear("changed"), heard(), new Promise((resolve) => setTimeout(resolve, 2_000))]);
      await check();
    }
    await servers[at]!.kill();
    await check();
    servers[at] = await boot(homes[at]!);
  }
  while ((await open()) > 0) {
    await Promise.race([heard(), ...servers.map((server) => server.hear("changed")), new Promise((resolve) => setTimeout(resolve, 500))]);
    await check();
  }
  expect(await livePermits()).toEqual([]);
  const { rows } = await first.pool.query("select status, count(*)::int from run where id = any($1) group by status", [runs]);
  expect(rows).toEqual([{ status: "succeeded", count: 4 }]);
  await Promise.all(servers.map((server) => server.close()));
}, 180_000);

test("a task that waits longer for its place than queueTimeout= allows fails as timeout; who has the place, and the rest, go on", async () => {
  const [gate, begun] = [path.join(folder, "gate"), path.join(folder, "begun")];
  const holder = await first.submit(`// %% Hold lock=door cache=off
import { existsSync, writeFileSync } from "node:fs";
writeFileSync("${begun}", "");
while (!existsSync("${gate}")) await new Promise((resolve) => setTimeout(resolve, 20));
`);
  if (!holder.ok) throw new Error(holder.message);
  await reached(first.pool, holder.id, "hold", "running");
  const text = `// %% Wait lock=door queueTimeout=300ms retries=2 retryDelay=0 cache=off
export const got = 1;

// %% Fan each="n of [1, 2]" lock=door queueTimeout=300ms cache=off
const one = n;

// %% Patient lock=door queueTimeout=1h cache=off
export const patient = 1;

// %% Beside cache=off
export const beside = 1;

// %% After join=done after=wait,fan cache=off
import { writeFileSync } from "node:fs";
writeFileSync("${gate}", "");
`;
  const run = await second.run(text);
  await ended(first.pool, holder.id);
  const { tasks } = run;
  expect(run).toMatchObject({ status: "failed", reason: "timeout" });
  expect(run.message).toContain("queueTimeout=");
  for (const key of ["wait", "fan[0]", "fan[1]"]) expect(tasks[key]).toMatchObject({ status: "failed", reason: "timeout", attempt: 0 });
  for (const key of ["patient", "beside", "after"]) expect(tasks[key]).toMatchObject({ status: "succeeded" });
  const { rows } = await first.pool.query<{ message: string }>("select error->>'message' as message from task_run where id = $1", [
    tasks.wait!.id,
  ]);
  expect(rows[0]!.message).toBe("No place became free for it in the time that queueTimeout= allows.");
  expect(await first.summary(holder.id)).toMatchObject({ status: "succeeded" });
  expect(await livePermits()).toEqual([]);
}, 60_000);
