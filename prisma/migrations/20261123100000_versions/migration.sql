-- A version that matters has a name.
ALTER TABLE "notebook_version" ADD COLUMN "name" TEXT;

-- Which runs were of a version: asked for with the list of versions.
CREATE INDEX "run_version_id_idx" ON "run"("version_id") WHERE version_id IS NOT NULL;

-- The name only: a saved text stays as it is.
GRANT UPDATE ("name") ON "notebook_version" TO heddle_web;
