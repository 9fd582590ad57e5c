import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    include: ["{pipelines,runner,server,app,cli,bench,bin}/**/*.test.{ts,tsx}"],
    globalSetup: ["server/db/testing/start-postgres.ts", "server/executor/testing/bundle-runner.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
