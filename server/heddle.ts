/** One running Heddle: what procedures and requests work with. main.ts puts it together. */
import type { Database } from "./db/database";
import type { Env } from "./env";
import type { Revocations } from "./workspace/revocations";

export interface Heddle {
  readonly env: Env;
  readonly database: Database;
  readonly revocations: Revocations;
  readonly executorKind: "docker" | "process";
  readonly version: string;
}
