-- When notebooks run by themselves. A fire is one fire time of a schedule: one run, or the reason why there is none. It is unique,
-- so that however many servers look at the clock each fire time is taken once.

CREATE TABLE "schedule_calendar" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "days" TEXT[] NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT NOT NULL,

    CONSTRAINT "schedule_calendar_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "schedule" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "notebook_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "timing" JSONB NOT NULL,
    "time_zone" TEXT NOT NULL,
    "calendar_ids" TEXT[] NOT NULL DEFAULT '{}',
    "params" JSONB NOT NULL DEFAULT '{}',
    "date_param" TEXT,
    "revision" INTEGER,
    "overlap" TEXT NOT NULL,
    "missed" TEXT NOT NULL,
    "tolerance_seconds" INTEGER NOT NULL,
    "jitter_seconds" INTEGER NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "next_fire_at" TIMESTAMPTZ(3),
    "paused_at" TIMESTAMPTZ(3),
    "fault" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT NOT NULL,

    CONSTRAINT "schedule_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "schedule_backfill" (
    "id" TEXT NOT NULL,
    "schedule_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "again" TEXT NOT NULL,
    "at_once" INTEGER NOT NULL,
    "newest_first" BOOLEAN NOT NULL,
    "cancelled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "schedule_backfill_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "schedule_fire" (
    "schedule_id" TEXT NOT NULL,
    "round" TEXT NOT NULL,
    "fire_at" TIMESTAMPTZ(3) NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "message" TEXT,
    "start_at" TIMESTAMPTZ(3) NOT NULL,
    "run_id" TEXT NOT NULL,
    "claimed_until" TIMESTAMPTZ(3),
    "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "schedule_fire_pkey" PRIMARY KEY ("schedule_id","round","fire_at")
);

CREATE UNIQUE INDEX "schedule_calendar_workspace_id_name_key" ON "schedule_calendar"("workspace_id", "name");
CREATE INDEX "schedule_workspace_id_notebook_id_idx" ON "schedule"("workspace_id", "notebook_id");
CREATE INDEX "schedule_next_fire_at_idx" ON "schedule"("next_fire_at");
CREATE INDEX "schedule_backfill_schedule_id_created_at_idx" ON "schedule_backfill"("schedule_id", "created_at");
CREATE INDEX "schedule_fire_run_id_idx" ON "schedule_fire"("run_id");
CREATE INDEX "schedule_fire_schedule_id_fire_at_idx" ON "schedule_fire"("schedule_id", "fire_at");
-- Only what is not decided yet: a handful.
CREATE INDEX "schedule_fire_open_idx" ON "schedule_fire"("start_at") WHERE status IN ('waiting', 'starting');

ALTER TABLE "schedule_calendar" ADD CONSTRAINT "schedule_calendar_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "schedule" ADD CONSTRAINT "schedule_notebook_id_fkey" FOREIGN KEY ("notebook_id") REFERENCES "notebook"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "schedule_backfill" ADD CONSTRAINT "schedule_backfill_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "schedule_fire" ADD CONSTRAINT "schedule_fire_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "schedule" ADD CONSTRAINT "schedule_overlap_check" CHECK (overlap IN ('allow', 'skip', 'queue', 'replace'));
ALTER TABLE "schedule" ADD CONSTRAINT "schedule_missed_check" CHECK (missed IN ('skip', 'latest', 'all'));
ALTER TABLE "schedule_fire" ADD CONSTRAINT "schedule_fire_status_check" CHECK (status IN ('waiting', 'starting', 'started', 'skipped', 'failed'));
ALTER TABLE "schedule_backfill" ADD CONSTRAINT "schedule_backfill_again_check" CHECK (again IN ('none', 'failed', 'all'));

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['schedule_calendar', 'schedule', 'schedule_backfill', 'schedule_fire'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY in_workspace ON %I TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
                    WITH CHECK (workspace_id = (SELECT heddle_workspace()))', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO heddle_web', name);
  END LOOP;
END
$$;
