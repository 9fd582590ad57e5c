import { withGround } from "./bench-ground";
import { performance } from "node:perf_hooks";
async function main() {
  const links = 40;
  const cells = Array.from({ length: links }, (_, n) => n === 0 ? "// %% Task 0\nconst v0 = 0;" : `// %% Task ${n}\n${n === links - 1 ? "export " : ""}const v${n} = v${n - 1} + 1;`);
  const text = process.argv[2] === "fan" ? `// %% Numbers
const numbers = Array.from({ length: 1000 }, (_, n) => n);

// %% Each each="n of numbers"
const one = n + 1;

// %% Sum
export const sum = one.reduce((a, b) => a + b, 0);
` : cells.join("\n\n") + "\n";
  await withGround(async (g) => {
    const e = g.engine as any;
    const stats: Record<string, number[]> = {};
    const note = (k: string, v: number) => (stats[k] ??= []).push(v);
    const save = e.writer.save;
    e.writer.save = async (s: any) => { const t = performance.now(); const r = await save(s); note("save", performance.now() - t); note('rows', s.reduce((a:any,x:any)=>a+x.changed.length+x.added.length,0)); return r; };
    const launch = g.executor.launch.bind(g.executor);
    (g.executor as any).launch = async (req: any, l: any) => {
      const t = performance.now();
      const fin = l.finished.bind(l);
      const st = l.started.bind(l);
      return launch(req, { started() { note("started", performance.now() - t); st(); }, logs: l.logs, metrics: l.metrics, artifact: l.artifact, progress: l.progress, usage: l.usage, finished(r: any) { note("finished", performance.now() - t); note("usage", r.usage.durationMs); return fin(r); } });
    };
    const fold = e.fold.bind(e);
    e.fold = (r: any, ev: any) => { const t = performance.now(); fold(r, ev); note("fold", performance.now() - t); };
    const pass = e.pass.bind(e);
    e.pass = async () => { const t = performance.now(); await pass(); note("pass", performance.now() - t); };
    for (let n = 0; n < 3; n++) await g.time(text);
    for (const k in stats) stats[k] = [];
    const N = 8; const totals = [];
    for (let n = 0; n < N; n++) totals.push(await g.time(text));
    console.log("total", totals.map((x) => x.toFixed(0)).join(" "));
    for (const [k, v] of Object.entries(stats)) { v.sort((a, b) => a - b); console.log(k, "n/run", v.length / N, "med", v[v.length >> 1]!.toFixed(2), "p90", v[Math.floor(v.length * .9)]!.toFixed(2), "sum/run", (v.reduce((a, b) => a + b, 0) / N).toFixed(1)); }
  });
  process.exit(0);
}
void main();
