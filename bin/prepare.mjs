/**
 * Brings a checkout to the point where it runs: packages, generated client, bundles, pages. Each step looks whether its
 * result is still fresh and does nothing then. No dependencies: this file runs before anything is installed.
 * Neighbours: start.mjs, test.mjs, check.mjs, bench.mjs, heddle.mjs call these steps; build.mjs is the longest of them.
 */
import { spawnSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "..");

export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Heddle needs Node 20.19 or newer; this is ${process.version}. Install a newer Node and start again.`);
  process.exit(1);
}

/** Installs exactly what package-lock.json names, without install scripts, when node_modules does not hold it yet. */
export function install() {
  if (isInstalled()) return;
  step("Installing packages");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    hint: "Heddle could not install its packages. Check the network (or your npm proxy settings) and start again.",
  });
}

function isInstalled() {
  try {
    const wanted = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
    const installed = JSON.parse(fs.readFileSync(path.join(root, "node_modules/.package-lock.json"), "utf8")).packages;
    return Object.entries(wanted).every(
      ([place, entry]) => place === "" || installed[place]?.version === entry.version || (installed[place] === undefined && entry.optional),
    );
  } catch {
    return false;
  }
}

/** Writes prisma/client from prisma/schema.prisma. */
export function generate() {
  const hash = hashFiles(["prisma/schema.prisma", "package-lock.json"]);
  if (readStamp("prisma/client/stamp") === hash) return;
  step("Generating the database client");
  run(process.execPath, ["node_modules/prisma/build/index.js", "generate"], {
    // Generating needs no engine; naming any file keeps Prisma from looking for one on the network.
    env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" },
    quiet: true,
  });
  writeStamp("prisma/client/stamp", hash);
}

/** Bundles the server, the command line and the runner, and builds the pages, when their sources have changed. */
export function build() {
  const programs = hashFiles([
    "bench",
    "bin",
    "cli",
    "e2e/start-heddle.ts",
    "pipelines",
    "prisma/client",
    "runner",
    "server",
    "package-lock.json",
    "tsconfig.json",
  ]);
  if (readStamp("dist/stamp") !== programs) {
    step("Bundling the server");
    run(process.execPath, ["bin/build.mjs"]);
    writeStamp("dist/stamp", programs);
  }
}

export function buildPages() {
  const pages = hashFiles(["app", "pipelines", "server", "prisma/client", "package-lock.json", "tsconfig.json", "next.config.js"]);
  if (readStamp(".next/stamp") === pages) return;
  step("Building the pages");
  run(process.execPath, ["node_modules/next/dist/bin/next", "build"], { env: { NEXT_TELEMETRY_DISABLED: "1" }, quiet: true });
  writeStamp(".next/stamp", pages);
}

export function step(text) {
  console.error(`\x1b[2m▸\x1b[0m ${text}…`);
}

/** Runs a command in the checkout; a failure ends this process with the command's own words and a hint. */
export function run(command, args, { env = {}, quiet = false, hint } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
    shell: process.platform === "win32" && command === "npm",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return;
  if (quiet) process.stderr.write(Buffer.concat([result.stdout ?? Buffer.alloc(0), result.stderr ?? Buffer.alloc(0)]));
  console.error(hint ?? `\`${path.basename(command)} ${args.join(" ")}\` failed.`);
  process.exit(1);
}

/** Content hash of files and folders, by path; generated files included, so that a stamp never lies. */
function hashFiles(places) {
  const hash = crypto.createHash("sha256").update(process.version);
  const visit = (place) => {
    const file = path.join(root, place);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      for (const name of fs.readdirSync(file).sort()) if (name !== "stamp" && name !== "node_modules") visit(`${place}/${name}`);
    } else if (!/\.(test|spec)\.tsx?$/.test(place)) {
      hash.update(place).update("\0").update(readOnce(file)).update("\0");
    }
  };
  places.forEach(visit);
  return hash.digest("hex");
}

/** Server, programs and pages share most of their sources. */
const contents = new Map();
function readOnce(file) {
  if (!contents.has(file)) contents.set(file, crypto.createHash("sha256").update(fs.readFileSync(file)).digest());
  return contents.get(file);
}

function readStamp(place) {
  return fs.existsSync(path.join(root, place)) ? fs.readFileSync(path.join(root, place), "utf8") : undefined;
}

function writeStamp(place, hash) {
  fs.mkdirSync(path.dirname(path.join(root, place)), { recursive: true });
  fs.writeFileSync(path.join(root, place), hash);
}
