import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    include: ["{pipelines,runner,server,app,cli,bench,bin}/**/*.test.{ts,tsx}"],
    globalSetup: ["server/db/testing/start-postgres.ts", "server/executor/testing/bundle-runner.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Most tests wait for databases and containers: more of them at once than cores.
    maxWorkers: 4,
    // Files that a worker runs one after the other share what they import: a fifth of the CPU of the whole.
    isolate: false,
  },
});
