/** Bundles the two programs that run beside user code, harness.cjs and task.cjs, and table.cjs, which reads tables for pages. Called by bin/build.mjs and by tests. */
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** @param {string} outDir */
export async function bundleRunner(outDir) {
  await build({
    entryPoints: {
      harness: join(root, "runner/harness/main.ts"),
      task: join(root, "runner/task/main.ts"),
      table: join(root, "runner/table/main.ts"),
    },
    outdir: outDir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    alias: { "@": root },
    // Cells' imports are resolved at run time, by Node itself.
    supported: { "dynamic-import": true },
    legalComments: "none",
    logLevel: "warning",
  });
}

if (process.argv[1] === import.meta.filename) await bundleRunner(process.argv[2] ?? join(root, "dist/runner"));
