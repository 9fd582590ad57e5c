/** Vitest's global set-up: one embedded PostgreSQL for the whole test run, in a folder that goes with it. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../embedded-postgres";

export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-test-pg-"));
  fs.chmodSync(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ dir: path.join(folder, "pg"), settings: { max_connections: "200" } });
  project.provide("postgresUrl", postgres.url);
  return async () => {
    await postgres.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  };
}
