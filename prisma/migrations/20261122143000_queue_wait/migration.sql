ALTER TABLE "task_run" ADD COLUMN "queued_until" TIMESTAMPTZ(3);
