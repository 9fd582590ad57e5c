-- What a version of a notebook wants to import (a hash of its dependencies; null: nothing of its own), and the lock that it got.
ALTER TABLE "notebook_version" ADD COLUMN "wish" TEXT;
ALTER TABLE "notebook_version" ADD COLUMN "lock" TEXT;

-- CreateTable
CREATE TABLE "environment_lock" (
    "workspace_id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "wish" TEXT NOT NULL,
    "manifest" TEXT NOT NULL,
    "lock" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "environment_lock_pkey" PRIMARY KEY ("workspace_id", "hash")
);

-- CreateIndex
CREATE INDEX "environment_lock_workspace_id_wish_idx" ON "environment_lock"("workspace_id", "wish");

-- Versions that wait for a lock, and those that hold one.
CREATE INDEX "notebook_version_wish_idx" ON "notebook_version"("notebook_id", "wish") WHERE wish IS NOT NULL;
CREATE INDEX "run_environment_idx" ON "run"(("spec"->>'environment')) WHERE "spec" ? 'environment';

ALTER TABLE "environment_lock" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "environment_lock" TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
  WITH CHECK (workspace_id = (SELECT heddle_workspace()));
GRANT SELECT, INSERT ON "environment_lock" TO heddle_web;

-- The lock is found after the text was saved; the text stays as it is.
GRANT UPDATE ("lock") ON "notebook_version" TO heddle_web;
