-- A status that stands in an index, or in the condition of one, has every change of it written to all indexes of the row. What the
-- condition names now changes only where somebody is waited for.
DROP INDEX "task_run_waiting_idx";
ALTER TABLE "task_run" ADD COLUMN "waits" BOOLEAN NOT NULL GENERATED ALWAYS AS (status = 'waiting') STORED;
CREATE INDEX "task_run_waits_idx" ON "task_run"("workspace_id") WHERE waits;

-- A row is written two or three times and grows with its outputs: its versions fit beside it.
ALTER TABLE "task_run" SET (fillfactor = 40);
ALTER TABLE "attempt" SET (fillfactor = 50);
