/** Packages of notebooks over the API, on a real server with a registry of its own: saved, installed, run, failed, mended. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { inferRouterOutputs } from "@trpc/server";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { AppRouter } from "../router";
import { makeBareLock } from "../testing/bare-lock";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { RunDetail } from "../run/run-views";
import { runnerFolder } from "../run/testing/workbench";
import type { EnvironmentView, PackageVersions } from "./environment-views";
import { makePackage, startRegistry, type TestRegistry } from "./testing/registry";

/** After its trip through JSON. */
type SeenView = inferRouterOutputs<AppRouter>["environment"]["get"];

let dir: string;
let environmentDir: string;
let registry: TestRegistry;
let server: TestServer;
let person: Person;

beforeAll(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-packages-"));
  environmentDir = makeBareLock();
  registry = await startRegistry(
    [makePackage("twice", "1.0.0"), makePackage("twice", "2.0.0"), makePackage("thrice", "1.0.0"), makePackage("slow", "1.0.0")],
    path.join(dir, "cache"),
  );
  server = await startTestServer({ executor: "process", environmentDir, runnerDir: runnerFolder, npmEnv: registry.env });
  person = await addPerson(server);
  await server.heddle.execution.engine();
});
afterAll(async () => {
  await server.close();
  await registry.close();
  fs.rmSync(dir, { recursive: true, force: true });
  fs.rmSync(environmentDir, { recursive: true, force: true });
});

const notebook = (dependencies: Record<string, string>, cells: string) =>
  `// ---\n// title: Packages\n${
    Object.keys(dependencies).length === 0
      ? ""
      : `// dependencies:\n${Object.entries(dependencies)
          .map(([name, range]) => `//   ${name}: ${range}\n`)
          .join("")}`
  }// ---\n\n${cells}`;
const versionCell = '// %% Version\nimport { version } from "twice";\nexport const found = version;\n';

const make = async (text: string) => ((await person.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string }).id;
const save = async (id: string, revision: number, text: string) =>
  ((await person.mutate("notebook.save", { id, revision, text })).data as { revision: number }).revision;

function connect() {
  const socket = createWSClient({
    url: `${server.url.replace("http", "ws")}/api/live`,
    WebSocket: class extends WebSocket {
      constructor(url: string) {
        super(url, { headers: { cookie: `__Host-heddle=${person.token}`, origin: server.url } });
      }
    } as unknown as typeof globalThis.WebSocket,
  });
  return { api: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }), close: () => socket.close() };
}

/** The first view like this, and the states on the way. */
async function until(id: string, wanted: (view: SeenView) => boolean): Promise<{ view: SeenView; states: string[] }> {
  const { api, close } = connect();
  const states: string[] = [];
  try {
    return await new Promise((resolve, reject) => {
      api.environment.watch.subscribe(
        { id },
        {
          onData(view) {
            if (states.at(-1) !== view.state) states.push(view.state);
            if (wanted(view)) resolve({ view, states });
          },
          onError: reject,
        },
      );
    });
  } finally {
    await close();
  }
}
const isReady = (view: SeenView) => view.state === "ready";

async function run(id: string, revision: number) {
  const answer = await person.mutate("run.start", { notebookId: id, revision });
  if (answer.data === undefined) return { refused: answer.message! };
  const { id: runId } = answer.data as { id: string };
  const { api, close } = connect();
  await new Promise<void>((resolve, reject) => api.run.watch.subscribe({ id: runId, seq: 0 }, { onComplete: resolve, onError: reject }));
  await close();
  const detail = (await person.call("run.get", { id: runId })).data as RunDetail;
  const task = detail.taskRuns[0]!;
  const preview = (await person.call("run.preview", { taskRunId: task.id, name: "found" })).text;
  return { status: detail.status, task: task.status, preview, taskRunId: task.id };
}

test("a saved dependency is found, installed and imported; another version runs again, and says why", async () => {
  const id = await make(notebook({ twice: "^1.0.0" }, versionCell));
  const { view } = await until(id, isReady);
  expect(view).toMatchObject({
    inUse: "own",
    wish: { twice: "^1.0.0" },
    packages: [{ name: "twice", version: "1.0.0", licence: "MIT", base: false, typed: true }],
    count: 1,
  });
  expect(view.packages[0]!.bytes).toBeGreaterThan(100);
  const first = await run(id, 1);
  expect(first).toMatchObject({ status: "succeeded", task: "succeeded" });
  expect(first.preview).toContain("1.0.0");
  // Another text with the same wish has the same lock: nothing runs again.
  const revision = await save(id, 1, notebook({ twice: "^1.0.0" }, `${versionCell}\n// %% [markdown]\n// words\n`));
  expect(await run(id, revision)).toMatchObject({ task: "cached" });
  const changed = await save(id, revision, notebook({ twice: "2.0.0" }, versionCell));
  await until(id, isReady);
  const second = await run(id, changed);
  expect(second.task).toBe("succeeded");
  expect(second.preview).toContain("2.0.0");
  expect((await person.call("run.taskRun", { id: second.taskRunId })).text).toContain("dependencies");
  // An old version still has its own packages.
  expect((await run(id, 1)).task).toBe("cached");
  const fork = ((await person.mutate("notebook.forkVersion", { id, revision: 1 })).data as { id: string }).id;
  const { view: forked } = await until(fork, isReady);
  expect(forked.hash).toBe(view.hash);
});

test("what a task cannot reach makes it run again neither when it comes nor when it changes", async () => {
  const cells = `// %% Plain\nexport const found = 40 + 2;\n\n// %% Uses\nimport { version } from "twice";\nexport const used = version;\n\n// %% Chooses\nconst name = "twice";\nexport const chosen = (await import(name)).version;\n`;
  const id = await make(notebook({}, cells.split("\n\n// %% Uses")[0]!));
  await run(id, 1);
  const statuses = async (revision: number) => {
    const { id: runId } = (await person.mutate("run.start", { notebookId: id, revision })).data as { id: string };
    const { api, close } = connect();
    await new Promise<void>((resolve, reject) => api.run.watch.subscribe({ id: runId, seq: 0 }, { onComplete: resolve, onError: reject }));
    await close();
    const { taskRuns } = (await person.call("run.get", { id: runId })).data as RunDetail;
    return Object.fromEntries(taskRuns.map(({ taskKey, status }) => [taskKey, status]));
  };
  const added = await save(id, 1, notebook({ twice: "1.0.0" }, cells));
  await until(id, isReady);
  expect(await statuses(added)).toEqual({ plain: "cached", uses: "succeeded", chooses: "succeeded" });
  const other = await save(id, added, notebook({ twice: "1.0.0", thrice: "1.0.0" }, cells));
  await until(id, isReady);
  expect(await statuses(other)).toEqual({ plain: "cached", uses: "cached", chooses: "succeeded" });
  const changed = await save(id, other, notebook({ twice: "2.0.0", thrice: "1.0.0" }, cells));
  await until(id, isReady);
  expect(await statuses(changed)).toEqual({ plain: "cached", uses: "succeeded", chooses: "succeeded" });
});

test("a run that is asked for at once waits for its packages", async () => {
  const id = await make(notebook({ thrice: "1.0.0" }, '// %% A\nimport { version } from "thrice";\nexport const found = version;\n'));
  expect(await run(id, 1)).toMatchObject({ status: "succeeded" });
});

test("progress is told while it installs", async () => {
  registry.hold(true);
  const asked = registry.next(/slow/);
  const id = await make(notebook({ slow: "1.0.0" }, "// %% A\nexport const found = 1;\n"));
  await asked;
  expect((await until(id, ({ state }) => state === "resolving")).view.inUse).toBe("base");
  const ready = until(id, isReady);
  registry.hold(false);
  expect((await ready).states.at(-1)).toBe("ready");
});

test("what cannot be had says so, the last lock still runs, and Try again mends it", async () => {
  const id = await make(notebook({ twice: "1.0.0" }, versionCell));
  await until(id, isReady);
  const missing = await save(id, 1, notebook({ twice: "1.0.0", "not-there": "1.0.0" }, versionCell));
  const { view } = await until(id, ({ state }) => state === "failed");
  expect(view.fault).toMatchObject({ type: "unknown-package", package: "not-there" });
  expect(view).toMatchObject({ inUse: "before", packages: [{ name: "twice" }] });
  // No cell imports it: the run uses what was there before.
  expect(await run(id, missing)).toMatchObject({ status: "succeeded" });
  const imports = await save(
    id,
    missing,
    notebook({ twice: "1.0.0", "not-there": "1.0.0" }, `${versionCell}\n// %% B\nimport x from "not-there";\nexport const y = x;\n`),
  );
  expect((await run(id, imports)).refused).toMatch(
    /“b” imports “not-there”, which could not be installed. There is no package “not-there” in the registry/,
  );
  await person.mutate("environment.retry", { id });
  expect((await until(id, ({ state }) => state === "failed")).view.fault?.package).toBe("not-there");
  const back = await save(id, imports, notebook({ twice: "1.0.0" }, versionCell));
  expect((await until(id, isReady)).view.revision).toBe(back);
});

test("a registry that is away is told with what to do; it is tried again when asked", async () => {
  const away = await startRegistry([makePackage("later", "1.0.0")], path.join(dir, "later-cache"));
  const port = new URL(away.url).port;
  await away.close();
  const other = await startTestServer({ executor: "process", environmentDir, runnerDir: runnerFolder, npmEnv: away.env });
  try {
    const guest = await addPerson(other);
    const id = (
      (
        await guest.mutate("notebook.import", {
          fileName: "n.ts",
          text: notebook({ later: "1.0.0" }, "// %% A\nexport const found = 1;\n"),
        })
      ).data as { id: string }
    ).id;
    const get = async () => (await guest.call("environment.get", { id })).data as EnvironmentView;
    await expect.poll(async () => (await get()).state, { timeout: 30_000 }).toBe("failed");
    expect((await get()).fault).toMatchObject({
      type: "unreachable",
      package: "later",
      message: expect.stringMatching(/cannot be reached.*proxy.*try again/s) as string,
    });
    expect((await guest.call("environment.versions", { name: "later" })).data).toMatchObject({ ok: false });
    expect(port).not.toBe("");
  } finally {
    await other.close();
  }
});

test("the registry is asked for names and versions", async () => {
  const { data } = await person.call("environment.versions", { name: "twice" });
  expect(data).toMatchObject({ ok: true, latest: "2.0.0", versions: ["2.0.0", "1.0.0"] } satisfies Partial<PackageVersions> & { ok: true });
  expect((await person.call("environment.search", { text: "twi" })).data).toMatchObject({
    ok: true,
    packages: [{ name: "twice", version: "2.0.0" }],
  });
  expect((await person.call("environment.versions", { name: "../x" })).code).toBe("BAD_REQUEST");
});

test("garbage: an environment goes when no version and no run names it, and comes back from its lock when wanted", async () => {
  const id = await make(notebook({ thrice: "^1.0.0", twice: "1.0.0" }, versionCell));
  const { view } = await until(id, isReady);
  const folder = path.join(server.homeDir, "environments", view.hash.slice(0, 16));
  await server.heddle.environments.collect(0);
  expect(fs.existsSync(folder)).toBe(true);
  await person.mutate("notebook.delete", { id });
  await server.heddle.environments.collect(0);
  expect(fs.existsSync(folder)).toBe(false);
  await person.mutate("notebook.restore", { id });
  await until(id, isReady);
  expect(await run(id, 1)).toMatchObject({ status: "succeeded" });
});
