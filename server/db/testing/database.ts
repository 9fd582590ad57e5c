/** A migrated database of its own for each test file, on one embedded PostgreSQL that the whole test run shares. */
import crypto from "node:crypto";
import path from "node:path";
import pg from "pg";
import { inject } from "vitest";
import { migrate } from "../migrate";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  const name = `test_${crypto.randomBytes(6).toString("hex")}`;
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  await migrate(url.toString(), path.join(process.cwd(), "prisma/migrations"));
  return {
    url: url.toString(),
    async drop() {
      const client = new pg.Client({ connectionString: inject("postgresUrl") });
      await client.connect();
      await client.query(`drop database if exists ${name} with (force)`);
      await client.end();
    },
  };
}
