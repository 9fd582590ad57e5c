#!/usr/bin/env node
/** `npm run bench [-- --json] [names…]`: reproducible measurements, each beside a floor measured in the same run. */
import { build, generate, install, requireNode, root } from "./prepare.mjs";

requireNode();
install();
generate();
build();
process.env.NODE_ENV ??= "production";
process.chdir(root);
const { main } = await import("../dist/bench.mjs");
await main(process.argv.slice(2));
