/** Bundles dist/server.mjs, dist/heddle.mjs (the command line), dist/bench.mjs and dist/runner. Packages stay outside. */
import esbuild from "esbuild";
import path from "node:path";
import { bundleRunner } from "../runner/bundle.mjs";

const root = path.resolve(import.meta.dirname, "..");

await esbuild.build({
  absWorkingDir: root,
  entryPoints: { server: "server/start-from-terminal.ts", heddle: "cli/heddle.ts", bench: "bench/bench.ts" },
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  alias: { "@": root },
  sourcemap: "linked",
  logLevel: "warning",
});
await bundleRunner(path.join(root, "dist/runner"));
