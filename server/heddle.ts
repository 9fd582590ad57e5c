/** One running Heddle: what procedures and requests work with. main.ts puts it together. */
import type { Database } from "./db/database";
import type { Env } from "./env";
import type { Execution } from "./execution";
import type { Home } from "./home";
import type { Revocations } from "./workspace/revocations";

export interface Heddle {
  readonly env: Env;
  readonly home: Home;
  readonly database: Database;
  readonly execution: Execution;
  readonly revocations: Revocations;
  /** npm packages of the environment that cells may import. */
  readonly packages: readonly string[];
  readonly version: string;
}
