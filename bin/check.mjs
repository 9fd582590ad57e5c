#!/usr/bin/env node
/** `npm run check`: format, lint, types, boundaries, dead code, and the tests that need neither a browser nor a container. */
import { spawn } from "node:child_process";
import { generate, install, requireNode, root } from "./prepare.mjs";

requireNode();
install();
generate();

const checks = [
  ["format", ["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level=warn", "."]],
  ["lint", ["node_modules/eslint/bin/eslint.js", "--max-warnings=0", "--cache", "--cache-location=node_modules/.cache/eslint", "."]],
  ["types", ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "."]],
  [
    "boundaries",
    [
      "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
      "--config=.dependency-cruiser.cjs",
      "pipelines",
      "runner",
      "server",
      "app",
      "cli",
      "bench",
    ],
  ],
  ["dead code", ["node_modules/knip/bin/knip.js", "--no-progress"]],
  ["unit tests", ["node_modules/vitest/vitest.mjs", "run", "pipelines", "app", "--reporter=dot"]],
];

/** Two at a time: most machines have at least two cores, and each check is one busy process. */
const queue = [...checks];
const failed = [];
await Promise.all(
  [0, 1].map(async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const [name, args] = check;
      const started = Date.now();
      const { code, output } = await capture(args);
      console.log(`${code === 0 ? "✓" : "✗"} ${name} ${((Date.now() - started) / 1000).toFixed(1)} s`);
      if (code === 0) continue;
      failed.push(name);
      console.log(output);
    }
  }),
);
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}.`);
  process.exit(1);
}

function capture(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, FORCE_COLOR: "0" },
    });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("close", (code) => resolve({ code, output }));
  });
}
