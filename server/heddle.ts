/** One running Heddle: what procedures and requests work with. main.ts puts it together. */
import type { Collaboration } from "./collaborate/collaboration";
import type { Database } from "./db/database";
import type { Env } from "./env";
import type { NotebookEnvironments } from "./environment/notebook-environments";
import type { PackageSearch } from "./environment/package-search";
import type { Execution } from "./execution";
import type { WorkerHub } from "./executor/remote/worker-hub";
import type { Home } from "./home";
import type { LanguageServer } from "./language/language-server";
import type { Revocations } from "./workspace/revocations";

export interface Heddle {
  readonly env: Env;
  readonly home: Home;
  readonly database: Database;
  readonly execution: Execution;
  /** Workers on other machines that are connected to this process. */
  readonly workers: WorkerHub;
  /** Makes schedules fire. */
  readonly scheduler: { wake(): void };
  readonly revocations: Revocations;
  /** Notebooks that are open in editors. */
  readonly collaboration: Collaboration;
  /** Types while one writes. */
  readonly language: LanguageServer;
  /** npm packages of notebooks' own. */
  readonly environments: NotebookEnvironments;
  readonly packageSearch: PackageSearch;
  /** npm packages that cells of every notebook may import. */
  readonly packages: readonly string[];
  /** Folder with their lock. */
  readonly environmentDir: string;
  readonly version: string;
}
