/** What listeners of one server hear of runs at another: every end, whenever the looks come, and no end twice. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPool, type Pool } from "../db/pool";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { createOutsideNews, type OutsideNews } from "./outside-news";
import { RunHub, type RunNews } from "./run-hub";
import { openWorkbench, reached, type Workbench } from "./testing/workbench";

type Changed = Extract<RunNews, { type: "changed" }>;

let database: TestDatabase;
let pool: Pool;
let other: Workbench;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  // Alone for all it knows, so it tells nobody: only looks find out what it did.
  other = await openWorkbench(database.url, { instance: "other", leaseSeconds: 600 });
});
afterAll(async () => {
  await other.close();
  await pool.end();
  await database.drop();
});

const text = "// %% One\nexport const one = 1;\n";

/** A server that only listens, with a hub of its own. */
class Listener {
  readonly ends: Changed[] = [];
  private readonly hub = new RunHub();
  private readonly problems: unknown[] = [];
  private readonly news: OutsideNews;
  private wake = () => undefined as void;

  constructor(company: () => boolean) {
    this.hub.subscribe((news) => {
      if (news.type !== "changed" || !news.ended) return;
      this.ends.push(news);
      this.wake();
    });
    this.news = createOutsideNews({
      pool,
      databaseUrl: database.url,
      instance: "listener",
      hub: this.hub,
      inCompany: company,
      asked: () => undefined,
      complain: (_, error) => void this.problems.push(error),
    });
    this.news.start();
  }

  async hears(runId: string, revision = 0): Promise<Changed> {
    for (;;) {
      const end = this.ends.find((news) => news.runId === runId && news.seq >= revision);
      if (end) return end;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async close(): Promise<void> {
    await this.news.stop();
    expect(this.problems).toEqual([]);
  }
}

test("a run that began and ended before a server knew that it is not alone is told there", async () => {
  let company = false;
  const listener = new Listener(() => company);
  const run = await other.run(text);
  company = true;
  expect(await listener.hears(run.id)).toMatchObject({ workspaceId: "w1", notebookId: "n1", ended: true, outside: true });
  await listener.close();
});

test("runs that begin and end between two looks are told, each end once", async () => {
  const listener = new Listener(() => true);
  const runs: string[] = [];
  // Many more than there are looks: most of them begin and end between two.
  for (let n = 0; n < 30; n++) runs.push((await other.run(text, { cache: n % 2 === 0 ? "use" : "off" })).id);
  for (const id of runs) await listener.hears(id);
  // Two looks more, both of which come upon all of them again.
  for (let n = 0; n < 2; n++) await listener.hears((await other.run(text)).id);
  for (const id of runs) expect(listener.ends.filter((news) => news.runId === id).length).toBe(1);
  await listener.close();
});

test("a run that goes on after its end is told to have ended again", async () => {
  const listener = new Listener(() => true);
  const run = await other.run(
    '// %% Fails\nimport { run } from "heddle";\nif (run.attempt === 1) throw new Error("once");\nexport const one = 1;\n',
  );
  expect(run.status).toBe("failed");
  const first = await listener.hears(run.id);
  expect(await other.engine.retry(run.id)).toBe(true);
  await reached(other.pool, run.id, "fails", "succeeded");
  await listener.hears(run.id, first.seq + 1);
  await listener.close();
});
