/** The store of a server: what its variables name, with what its database says about room and garbage. */
import type { Pool } from "../db/pool";
import { measureUsage } from "./collect-garbage";
import { openStore } from "./open-store";
import { createStorageLedger } from "./storage-ledger";
import { createValueStore, type ValueStore } from "./store";

export function openValueStore(
  home: string,
  pool: Pool,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): ValueStore {
  const { objects, cacheBytes } = openStore(home, variables);
  const ledger = createStorageLedger(pool, (workspaceId) => measureUsage(pool, objects, workspaceId));
  return createValueStore(home, { objects, ledger, ...(cacheBytes === undefined ? {} : { cacheBytes }) });
}
