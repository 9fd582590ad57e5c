-- What an attempt used over time: parallel arrays, one entry per sample, of half the resolution whenever there are too many.
CREATE TABLE "attempt_usage" (
    "task_run_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "at_ms" BIGINT[],
    "cpu_ms" INTEGER[],
    "memory_bytes" BIGINT[],

    CONSTRAINT "attempt_usage_pkey" PRIMARY KEY ("task_run_id","attempt")
);

-- CreateIndex
CREATE INDEX "attempt_usage_workspace_id_idx" ON "attempt_usage"("workspace_id");

-- CreateIndex
CREATE INDEX "attempt_usage_run_id_idx" ON "attempt_usage"("run_id");

-- AddForeignKey
ALTER TABLE "attempt_usage" ADD CONSTRAINT "attempt_usage_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "attempt_usage" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "attempt_usage" TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
  WITH CHECK (workspace_id = (SELECT heddle_workspace()));
GRANT SELECT ON "attempt_usage" TO heddle_web;
