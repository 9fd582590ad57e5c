#!/usr/bin/env node
/** `npx heddle …`: the command line, built when its sources have changed. */
import { build, generate, install, requireNode } from "./prepare.mjs";

requireNode();
install();
generate();
build();
process.env.NODE_ENV ??= "production";
const { main } = await import("../dist/heddle.mjs");
await main(process.argv);
