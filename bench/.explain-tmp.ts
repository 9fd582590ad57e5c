import fs from "node:fs"; import path from "node:path"; import os from "node:os"; import pg from "pg";
import { startEmbeddedPostgres } from "/work/wt/engine/server/db/embedded-postgres";
import { migrate } from "/work/wt/engine/server/db/migrate";
import { saveRunsSql, insertRunSql } from "/work/wt/engine/server/db/run.sql";
async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-ex-")); fs.chmodSync(folder, 0o711);
  const post = await startEmbeddedPostgres({ dir: path.join(folder, "pg") });
  try {
    await migrate(post.url, "/work/wt/engine/prisma/migrations");
    const c = new pg.Client({ connectionString: post.url }); await c.connect();
    await c.query("set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set plan_cache_mode = force_generic_plan");
    await c.query(insertRunSql, [JSON.stringify({ id: "r", workspace_id: "w", spec: {}, source: "", trigger: "manual", status: "running", created: 1, owner: "me", lease: 30, event: {} }), "[]"]);
    const N = 2000;
    const added = Array.from({ length: N }, (_, i) => ({ id: `r-${i}`, run_id: "r", task_key: "a", map_index: i, status: "queued", attempt: 0, tries: 0, lost: 0, leased: false, elements: {} }));
    await c.query(saveRunsSql, ["me", 30, JSON.stringify([{ id: "r", revision: 1, status: "running", event: {} }]), JSON.stringify(added), "[]", "[]", "[]", ["r"]]);
    let rev = 2;
    const q = (t: string, ch: any[], at: any[]) => c.query({ text: t, values: ["me", 30, JSON.stringify([{ id: "r", revision: rev, status: "running", event: {} }]), "[]", JSON.stringify(ch), JSON.stringify(at), "[]", ["r"]], ...(t.startsWith("explain") ? {} : { name: "s" }) });
    const ch = (o: number, status: string) => Array.from({ length: 20 }, (_, i) => ({ id: `r-${o + i}`, run_id: "r", status, attempt: 1, tries: 0, lost: 0, leased: status === "running", outputs: {}, keep_error: true }));
    const at = (o: number, status: string) => Array.from({ length: 20 }, (_, i) => ({ task_run_id: `r-${o + i}`, run_id: "r", attempt: 1, status, log_records: 0, log_bytes: 0, log_cut: 0 }));
    const rep = async (name: string, f: (k: number) => Promise<unknown>, n = 60) => { const ts: number[] = []; for (let k = 0; k < n; k++) { const t = performance.now(); await f(k); ts.push(performance.now() - t); } ts.sort((a, b) => a - b); console.log(name, ts[n >> 1]!.toFixed(2), "min", ts[0]!.toFixed(2)); };
    await c.query("create table x (n int)");
    await rep("commit", () => c.query("insert into x values (1)"));
    await rep("select", () => c.query("select 1"));
    await rep("save 20+20", async (k) => { await q(saveRunsSql, ch(k * 20, "running"), at(k * 20, "running")); rev++; });
    await rep("save 20+0", async (k) => { await q(saveRunsSql, ch(k * 20, "succeeded"), []); rev++; });
    await rep("save 0+20", async (k) => { await q(saveRunsSql, [], at(k * 20, "succeeded")); rev++; });
    await rep("save 1+1", async (k) => { await q(saveRunsSql, ch(k * 20, "running").slice(0,1), at(k * 20, "running").slice(0,1)); rev++; });
    await rep("save 0+0", async () => { await q(saveRunsSql, [], []); rev++; });
    await c.query("set synchronous_commit = off");
    await rep("async save 20+20", async (k) => { await q(saveRunsSql, ch(k * 20, "running"), at(k * 20, "running")); rev++; });
    await rep("async save 0+0", async () => { await q(saveRunsSql, [], []); rev++; });
    await c.end();
  } finally { await post.stop(); fs.rmSync(folder, { recursive: true }); }
  process.exit(0);
}
void main();
