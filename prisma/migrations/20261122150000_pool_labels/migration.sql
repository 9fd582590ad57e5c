ALTER TABLE "concurrency_limit" ADD COLUMN "labels" JSONB;
