#!/usr/bin/env node
/** `npm test [-- unit|browser]`: everything, in real databases, containers and a browser; installs what that needs. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build, buildPages, generate, install, requireNode, root, step } from "./prepare.mjs";
import { findBrowser } from "./browser.mjs";

const only = process.argv[2];
requireNode();
install();
generate();
build();

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-test-"));
const counts = { passed: 0, failed: 0, skipped: 0 };
let failed = false;

if (only !== "browser") {
  step("Testing the parts");
  const report = path.join(folder, "unit.json");
  failed =
    !succeeds(["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]) || failed;
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0 } = readReport(report);
  counts.passed += numPassedTests;
  counts.failed += numFailedTests;
  counts.skipped += numPendingTests;
}
if (only !== "unit") {
  buildPages();
  const browser = findBrowser();
  step("Testing in the browser");
  const report = path.join(folder, "browser.json");
  failed =
    !succeeds(["node_modules/@playwright/test/cli.js", "test", "--reporter=list,json"], {
      CHROMIUM_PATH: browser,
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    }) || failed;
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = readReport(report).stats ?? {};
  counts.passed += expected + flaky;
  counts.failed += unexpected;
  if (flaky > 0) console.log(`${flaky} of the browser tests needed a second try: see above which.`);
  counts.skipped += skipped;
}
fs.rmSync(folder, { recursive: true, force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`);
process.exit(failed || counts.failed > 0 || counts.passed === 0 ? 1 : 0);

function succeeds(args, env = {}) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } }).status === 0;
}

function readReport(file) {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}
