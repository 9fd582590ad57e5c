/** `heddle gc`: removes what no kept run needs, in every workspace of this machine's Heddle. Exit 0, 1 when a sweep failed, 2 without a Heddle. */
import fs from "node:fs";
import path from "node:path";
import { collectGarbage } from "@/server/artifact/collect-garbage";
import { openStore } from "@/server/artifact/open-store";
import { toSize } from "@/server/artifact/to-size";
import { openDatabase } from "@/server/db/database";
import { startEmbeddedPostgres } from "@/server/db/embedded-postgres";
import { readEnv } from "@/server/env";

export async function collect({ dryRun }: { readonly dryRun: boolean }): Promise<number> {
  const env = readEnv(process.env);
  const dir = path.join(env.home, "postgres");
  if (env.databaseUrl === undefined && !fs.existsSync(dir)) {
    console.error(`There is no Heddle in ${env.home} yet: run npm start once.`);
    return 2;
  }
  const postgres = env.databaseUrl === undefined ? await startEmbeddedPostgres({ dir }) : undefined;
  const database = openDatabase(env.databaseUrl ?? postgres!.url);
  const { objects } = openStore(env.home, process.env);
  let failed = false;
  try {
    const workspaces = await database.prisma.workspace.findMany({ orderBy: { createdAt: "asc" } });
    for (const { id, name } of workspaces) {
      try {
        const result = await collectGarbage({ pool: database.pool, objects, workspaceId: id, dryRun, trigger: "cli" });
        if (!result.ok) {
          console.log(`${name}: a sweep is under way.`);
          continue;
        }
        const { removed, used, waiting } = result.figures;
        const values = `${removed.values.objects} stored values (${toSize(removed.values.bytes)})`;
        const logs = `${removed.logs.objects} logs (${toSize(removed.logs.bytes)})`;
        const stays = toSize(used.values.bytes + used.previews.bytes + used.logs.bytes);
        console.log(
          `${name}: ${dryRun ? "would remove" : "removed"} ${removed.runs} runs, ${values}, ${logs}. ${stays} ${dryRun ? "would stay" : "stay"}.` +
            (!dryRun && waiting.objects > 0 ? ` ${waiting.objects} more (${toSize(waiting.bytes)}) go after an hour of grace.` : ""),
        );
      } catch (error) {
        failed = true;
        console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return failed ? 1 : 0;
  } finally {
    await database.close();
    // A server that was running before goes on.
    if (postgres && !postgres.adopted) await postgres.stop();
  }
}
