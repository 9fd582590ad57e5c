-- What several people write at once: the shared document behind the newest version of a notebook. Always of that very
-- version: whoever adds one writes this in the same transaction.
CREATE TABLE "notebook_document" (
    "notebook_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "state" BYTEA NOT NULL,
    "cell_ids" TEXT[] NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notebook_document_pkey" PRIMARY KEY ("notebook_id")
);

-- Packed by Yjs already.
ALTER TABLE "notebook_document" ALTER COLUMN "state" SET STORAGE EXTERNAL;

-- CreateIndex
CREATE INDEX "notebook_document_workspace_id_idx" ON "notebook_document"("workspace_id");

-- AddForeignKey
ALTER TABLE "notebook_document" ADD CONSTRAINT "notebook_document_notebook_id_fkey" FOREIGN KEY ("notebook_id") REFERENCES "notebook"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "notebook_document" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "notebook_document" TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
  WITH CHECK (workspace_id = (SELECT heddle_workspace()));
GRANT SELECT, INSERT, UPDATE ON "notebook_document" TO heddle_web;

-- CreateTable
CREATE TABLE "comment_thread" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "notebook_id" TEXT NOT NULL,
    "cell_id" TEXT NOT NULL,
    "cell_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_by" TEXT,

    CONSTRAINT "comment_thread_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "comment" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "thread_id" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "mentions" TEXT[] NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "comment_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "comment_thread_notebook_id_idx" ON "comment_thread"("notebook_id");

-- CreateIndex
CREATE INDEX "comment_thread_workspace_id_idx" ON "comment_thread"("workspace_id");

-- CreateIndex
CREATE INDEX "comment_thread_id_idx" ON "comment"("thread_id");

-- AddForeignKey
ALTER TABLE "comment_thread" ADD CONSTRAINT "comment_thread_notebook_id_fkey" FOREIGN KEY ("notebook_id") REFERENCES "notebook"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment" ADD CONSTRAINT "comment_thread_id_fkey" FOREIGN KEY ("thread_id") REFERENCES "comment_thread"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "comment_thread" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "comment_thread" TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
  WITH CHECK (workspace_id = (SELECT heddle_workspace()));
GRANT SELECT, INSERT, DELETE ON "comment_thread" TO heddle_web;
GRANT UPDATE ("resolved_at", "resolved_by") ON "comment_thread" TO heddle_web;

ALTER TABLE "comment" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "comment" TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
  WITH CHECK (workspace_id = (SELECT heddle_workspace()));
GRANT SELECT, INSERT, DELETE ON "comment" TO heddle_web;
