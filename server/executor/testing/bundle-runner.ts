/** Vitest's global set-up: dist/runner is bundled once per test run, from the sources under test. */
import { join } from "node:path";
import { bundleRunner } from "@/runner/bundle.mjs";

export default async function bundle(): Promise<void> {
  await bundleRunner(join(process.cwd(), "dist/runner"));
}
