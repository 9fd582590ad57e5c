/** Finds a Chromium for the browser tests, or installs one. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import { step } from "./prepare.mjs";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

export function findBrowser() {
  const found = find();
  if (found) return found;
  step("Installing a browser for the tests");
  const tries = [
    [process.execPath, ["node_modules/@playwright/test/cli.js", "install", "chromium"]],
    ...(process.getuid?.() === 0 && fs.existsSync("/usr/bin/apt-get")
      ? [
          ["apt-get", ["update", "-qq"]],
          ["apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"]],
        ]
      : []),
  ];
  for (const [command, args] of tries) {
    spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
    const installed = find();
    if (installed) return installed;
  }
  console.error("No browser was found. Install Chromium or Chrome, or set CHROMIUM_PATH, and run the tests again.");
  process.exit(1);
}

function find() {
  const { chromium } = createRequire(import.meta.url)("@playwright/test");
  return [process.env.CHROMIUM_PATH, ...places, chromium.executablePath()].find((place) => place && fs.existsSync(place));
}
