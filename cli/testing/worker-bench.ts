/** A real server with a notebook or two, and people and workers around it, for tests of whole runs on other machines. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createTestDatabase, type TestDatabase } from "@/server/db/testing/database";
import { startServer, type RunningServer } from "@/server/main";
import { runHub } from "@/server/run/run-hub";
import type { RunDetail } from "@/server/run/run-views";
import { makeBareLock } from "@/server/testing/bare-lock";
import { addPerson, type Person, type TestServer } from "@/server/testing/test-server";
import { freePort } from "@/server/db/embedded-postgres";
import type { WorkerView } from "@/server/workers/worker-views";
import { WorkerProcess, type WorkerProcessOptions } from "./worker-process";

export interface WorkerBench {
  server: RunningServer;
  readonly person: Person;
  readonly databaseUrl: string;
  /** A worker's token of the person's workspace. */
  readonly token: string;
  worker(options?: Partial<WorkerProcessOptions>): WorkerProcess;
  /** Imports and starts; resolves with the run's id. */
  start(text: string): Promise<string>;
  get(runId: string): Promise<RunDetail>;
  /** Resolves with the run once `test` holds. */
  until(runId: string, test: (run: RunDetail) => boolean): Promise<RunDetail>;
  ended(runId: string): Promise<RunDetail>;
  /** Resolves once a harness has said that an attempt of the run is at work. */
  begun(runId: string): Promise<void>;
  /** Resolves with the next change of any run. */
  changed(): Promise<void>;
  workers(): Promise<WorkerView[]>;
  attempts(runId: string): Promise<{ attempt: number; status: string; reason: string | null; handle: string | null }[]>;
  /** Stops the server and starts it anew, on the same port and home. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openWorkerBench(
  options: { readonly leaseSeconds?: number; readonly npmEnv?: Readonly<Record<string, string>> } = {},
): Promise<WorkerBench> {
  const database: TestDatabase = await createTestDatabase();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-home-"));
  const environmentDir = makeBareLock();
  const port = await freePort();
  const open = () =>
    startServer({
      packageDir: process.cwd(),
      pages: "none",
      executor: "process",
      environmentDir,
      runnerDir: path.join(process.cwd(), "dist/runner"),
      leaseSeconds: options.leaseSeconds,
      npmEnv: options.npmEnv,
      env: { home, host: "127.0.0.1", port, databaseUrl: database.url, publicUrl: undefined },
    });
  let server = await open();
  await server.heddle.execution.engine();
  const person = await addPerson(server as TestServer);
  const made = await person.mutate("workspace.createToken", { name: "rig", scope: "worker" });
  const { token } = made.data as { token: string };
  const workers: WorkerProcess[] = [];
  const bench: WorkerBench = {
    get server() {
      return server;
    },
    person,
    databaseUrl: database.url,
    token,
    worker(more = {}) {
      const worker = new WorkerProcess({ server: server.url, token, ...more });
      workers.push(worker);
      return worker;
    },
    async start(text) {
      const { id } = (await person.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string };
      const started = await person.mutate("run.start", { notebookId: id, revision: 1, params: {}, cache: "off" });
      if (started.status !== 200) throw new Error(started.message);
      return (started.data as { id: string }).id;
    },
    async get(id) {
      const answer = await person.call("run.get", { id });
      if (answer.status !== 200) throw new Error(answer.message);
      return answer.data as RunDetail;
    },
    async until(id, test) {
      for (;;) {
        const news = hear(id);
        const run = await bench.get(id);
        if (test(run)) {
          news.stop();
          return run;
        }
        await news.heard;
      }
    },
    async begun(id) {
      for (;;) {
        const news = hear(id);
        if ((await bench.attempts(id)).some(({ status }) => status === "running")) return news.stop();
        await news.heard;
      }
    },
    ended: (id) => bench.until(id, ({ status }) => status === "succeeded" || status === "failed" || status === "cancelled"),
    changed: () => hear().heard,
    workers: async () => (await person.call("worker.list")).data as WorkerView[],
    async attempts(id) {
      const { rows } = await server.heddle.database.pool.query(
        `select a.attempt, a.status, a.reason, a.handle from attempt a join task_run t on t.id = a.task_run_id
         where t.run_id = $1 order by t.task_key, t.id, a.attempt`,
        [id],
      );
      return rows;
    },
    async restart() {
      await server.stop();
      server = await open();
      await server.heddle.execution.engine();
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.remove()));
      await server.stop();
      await database.drop();
      fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
      fs.rmSync(environmentDir, { recursive: true, force: true });
    },
  };
  return bench;
}

function hear(runId?: string): { readonly heard: Promise<void>; stop(): void } {
  let stop: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => {
    stop = runHub.subscribe((news) => {
      if (runId !== undefined && news.runId !== runId) return;
      stop();
      resolve();
    });
  });
  return { heard, stop: () => stop() };
}
