-- How a run is being held or ended (halt, pause, deadline); what people decided about its task runs.
ALTER TABLE "run" DROP COLUMN "cancel_wish", ADD COLUMN "control" JSONB;
ALTER TABLE "task_run" ADD COLUMN "decision" JSONB, ADD COLUMN "fresh" BOOLEAN NOT NULL DEFAULT false;

-- What waits for people is asked for often and is little.
CREATE INDEX "task_run_waiting_idx" ON "task_run"("workspace_id") WHERE status = 'waiting';

-- CreateTable
CREATE TABLE "run_wish" (
    "id" BIGSERIAL NOT NULL,
    "run_id" TEXT NOT NULL,
    "command" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_wish_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_note" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "task_run_id" TEXT,
    "text" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_note_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "run_wish_run_id_idx" ON "run_wish"("run_id");

-- CreateIndex
CREATE INDEX "run_note_run_id_idx" ON "run_note"("run_id");

-- AddForeignKey
ALTER TABLE "run_wish" ADD CONSTRAINT "run_wish_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_note" ADD CONSTRAINT "run_note_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "run_note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "run_note" TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
  WITH CHECK (workspace_id = (SELECT heddle_workspace()));
GRANT SELECT, INSERT, DELETE ON "run_note" TO heddle_web;
