-- CreateTable
CREATE TABLE "sub_run" (
    "child_run_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "parent_run_id" TEXT NOT NULL,
    "task_run_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "nth" INTEGER NOT NULL,
    "try" INTEGER NOT NULL,
    "call" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "notebook" TEXT NOT NULL,
    "root_run_id" TEXT NOT NULL,
    "depth" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sub_run_pkey" PRIMARY KEY ("child_run_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "sub_run_task_run_id_key_nth_try_key" ON "sub_run"("task_run_id", "key", "nth", "try");

-- CreateIndex
CREATE INDEX "sub_run_parent_run_id_idx" ON "sub_run"("parent_run_id");

-- CreateIndex
CREATE INDEX "sub_run_root_run_id_idx" ON "sub_run"("root_run_id");

-- AddForeignKey
ALTER TABLE "sub_run" ADD CONSTRAINT "sub_run_parent_run_id_fkey" FOREIGN KEY ("parent_run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "sub_run" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "sub_run" TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
  WITH CHECK (workspace_id = (SELECT heddle_workspace()));
GRANT SELECT ON "sub_run" TO heddle_web;
