/** The roof: the one place where the nouns' routers meet. */
import { storageRouter } from "./artifact/router";
import { environmentRouter } from "./environment/router";
import { metricRouter } from "./metric/router";
import { notebookRouter } from "./notebook/router";
import { poolRouter } from "./pool/router";
import { runRouter } from "./run/router";
import { scheduleRouter } from "./schedule/router";
import { router } from "./trpc";
import { workerRouter } from "./workers/router";
import { workspaceRouter } from "./workspace/router";

export const appRouter = router({
  workspace: workspaceRouter,
  notebook: notebookRouter,
  run: runRouter,
  metric: metricRouter,
  worker: workerRouter,
  pool: poolRouter,
  schedule: scheduleRouter,
  storage: storageRouter,
  environment: environmentRouter,
});
export type AppRouter = typeof appRouter;
