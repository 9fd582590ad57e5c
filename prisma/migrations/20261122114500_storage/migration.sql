-- AlterTable
ALTER TABLE "run" ADD COLUMN     "pinned" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "storage_policy" (
    "workspace_id" TEXT NOT NULL,
    "quota_bytes" BIGINT,
    "keep_days" INTEGER,
    "keep_last" INTEGER,

    CONSTRAINT "storage_policy_pkey" PRIMARY KEY ("workspace_id")
);

-- CreateTable
CREATE TABLE "storage_usage" (
    "workspace_id" TEXT NOT NULL,
    "used_bytes" BIGINT NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "storage_usage_pkey" PRIMARY KEY ("workspace_id")
);

-- CreateTable
CREATE TABLE "storage_sweep" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "trigger" TEXT NOT NULL,
    "figures" JSONB,
    "error" TEXT,

    CONSTRAINT "storage_sweep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "condemned_value" (
    "workspace_id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "deleting" TIMESTAMPTZ(3),

    CONSTRAINT "condemned_value_pkey" PRIMARY KEY ("workspace_id","hash")
);

-- CreateIndex
CREATE INDEX "storage_sweep_workspace_id_started_at_idx" ON "storage_sweep"("workspace_id", "started_at");

-- CreateIndex
CREATE INDEX "cache_entry_workspace_id_task_run_id_idx" ON "cache_entry"("workspace_id", "task_run_id");

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['storage_policy', 'storage_usage', 'storage_sweep', 'condemned_value'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY in_workspace ON %I TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
                    WITH CHECK (workspace_id = (SELECT heddle_workspace()))', name);
    EXECUTE format('GRANT SELECT ON %I TO heddle_web', name);
  END LOOP;
END
$$;

GRANT INSERT, UPDATE ON "storage_policy" TO heddle_web;
GRANT UPDATE ("pinned") ON "run" TO heddle_web;
