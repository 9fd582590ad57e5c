-- What a workspace allows at once. A pool without a size has no end; a lock without a row has one permit.
CREATE TABLE "concurrency_limit" (
    "workspace_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "slots" INTEGER,
    "runs" INTEGER,
    "rate_count" INTEGER,
    "rate_seconds" INTEGER,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT NOT NULL,

    CONSTRAINT "concurrency_limit_pkey" PRIMARY KEY ("workspace_id","kind","name")
);

-- Which attempt or run has a place in what. Only a label: it counts for as long as the attempt or run itself is alive.
CREATE TABLE "permit" (
    "workspace_id" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "run_id" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "permit_pkey" PRIMARY KEY ("workspace_id","resource","holder","attempt")
);

-- One row per workspace, locked while its permits are given out.
CREATE TABLE "permit_gate" (
    "workspace_id" TEXT NOT NULL,

    CONSTRAINT "permit_gate_pkey" PRIMARY KEY ("workspace_id")
);

ALTER TABLE "concurrency_limit" ADD CONSTRAINT "concurrency_limit_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "concurrency_limit" ADD CONSTRAINT "concurrency_limit_kind_check" CHECK (kind IN ('pool', 'lock', 'notebook', 'workspace'));
ALTER TABLE "concurrency_limit" ADD CONSTRAINT "concurrency_limit_size_check"
  CHECK (slots >= 1 AND runs >= 1 AND rate_count >= 1 AND rate_seconds >= 1 AND (rate_count IS NULL) = (rate_seconds IS NULL));

ALTER TABLE "permit" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_cost_delay = 0);

-- Whether a permit counts. A run's (attempt 0): until it has ended. An attempt's: while it runs; before that, while the server
-- that took it still owns the run, because only the owner can save the claim.
CREATE FUNCTION permit_is_live(p permit, r run, t task_run) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$
  SELECT coalesce(CASE
    WHEN p.attempt = 0 THEN r.status IN ('queued', 'running')
    WHEN t.attempt = p.attempt THEN t.status = 'running' AND t.expanded IS NULL
    ELSE t.attempt < p.attempt AND t.status = 'queued' AND r.owner = p.owner
  END, false)
$$;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['concurrency_limit', 'permit'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY in_workspace ON %I TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
                    WITH CHECK (workspace_id = (SELECT heddle_workspace()))', name);
    EXECUTE format('GRANT SELECT ON %I TO heddle_web', name);
  END LOOP;
END
$$;
ALTER TABLE "permit_gate" ENABLE ROW LEVEL SECURITY;
GRANT INSERT, UPDATE, DELETE ON "concurrency_limit" TO heddle_web;
