/**
 * Connections to PostgreSQL for the web side. Identity (sessions, tokens, sign-in) uses them as the owner; everything that
 * belongs to a workspace goes through ./tenancy. Neighbours: embedded-postgres.ts gives the URL, migrate.ts the tables.
 */
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "@/prisma/client/client";
import { errorFields, log } from "../log";

export interface Database {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  close(): Promise<void>;
}

export function openDatabase(url: string): Database {
  // adapter-pg drops the offset of a timestamptz: sessions must speak UTC.
  const pool = new pg.Pool({
    connectionString: url,
    options: "-c TimeZone=UTC",
    max: 10,
    application_name: "heddle-web",
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
  });
  pool.on("error", (error) => log("warn", "an idle database connection broke", errorFields(error)));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) });
  return {
    url,
    pool,
    prisma,
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
