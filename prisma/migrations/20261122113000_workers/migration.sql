-- Machines that run tasks for a server: workers of a workspace, and the servers themselves (no workspace: they serve all).
CREATE TABLE "worker" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT,
    "name" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "executor" TEXT NOT NULL,
    "pools" TEXT[] NOT NULL,
    "labels" JSONB NOT NULL,
    "slots" INTEGER NOT NULL,
    "cpus" DOUBLE PRECISION NOT NULL,
    "memory_bytes" BIGINT NOT NULL,
    "gpus" INTEGER NOT NULL,
    "cpu_load" DOUBLE PRECISION,
    "memory_used" BIGINT,
    "running" TEXT[] NOT NULL DEFAULT '{}',
    "draining" BOOLEAN NOT NULL DEFAULT false,
    "server" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "connected_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "worker_workspace_id_idx" ON "worker"("workspace_id");

ALTER TABLE "worker" ADD CONSTRAINT "worker_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "worker" SET (fillfactor = 70);

-- A workspace sees its own workers, and the servers.
ALTER TABLE "worker" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "worker" TO heddle_web
  USING (workspace_id = (SELECT heddle_workspace()) OR workspace_id IS NULL)
  WITH CHECK (workspace_id = (SELECT heddle_workspace()));
GRANT SELECT, UPDATE, DELETE ON "worker" TO heddle_web;
