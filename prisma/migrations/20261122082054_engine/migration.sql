-- AlterTable
ALTER TABLE "task_run" ADD COLUMN     "expanded" INTEGER,
ADD COLUMN     "lost" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tries" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "run_counter" (
    "workspace_id" TEXT NOT NULL,
    "last" INTEGER NOT NULL,

    CONSTRAINT "run_counter_pkey" PRIMARY KEY ("workspace_id")
);

-- Rows of the hot tables are updated a few times within seconds: room on their page keeps those updates out of the indexes.
ALTER TABLE "task_run" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE "attempt" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE "run" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_cost_delay = 0);
