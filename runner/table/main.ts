/**
 * The program that looks into tables for the pages: started by server/table with no variables, no network of its own to
 * speak of, leave to read two folders only, and a limit of memory. It runs no user code: values are read as columns.
 * Neighbours: table-desk.ts answers, open-table.ts reads, sort-rows.ts and filter-rows.ts order.
 */
import type { TableReply, TableRequest } from "@/pipelines/protocol/table";
import { refuse } from "./open-table";
import { TableDesk } from "./table-desk";

const desk = new TableDesk();
let queue: Promise<void> = Promise.resolve();

process.on("message", (request: TableRequest) => {
  queue = queue.then(async () => {
    const answer = await desk
      .answer(request)
      .catch((error: unknown) => refuse("unreadable", String((error as Error)?.message ?? error).slice(0, 300)));
    process.send!({ id: request.id, answer } satisfies TableReply);
  });
});
process.on("disconnect", () => process.exit(0));
