#!/usr/bin/env node
/** `npm start`: from a bare checkout to a running Heddle. `--dev` serves the pages from source instead of a build. */
import { build, buildPages, generate, install, requireNode, root } from "./prepare.mjs";

const dev = process.argv.includes("--dev");
requireNode();
install();
generate();
build();
if (!dev) buildPages();
process.env.NODE_ENV ??= dev ? "development" : "production";
process.chdir(root);
const { startFromTerminal } = await import("../dist/server.mjs");
await startFromTerminal({ dev, packageDir: root });
