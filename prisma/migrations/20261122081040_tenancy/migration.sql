-- DropForeignKey
ALTER TABLE "account" DROP CONSTRAINT "account_user_id_fkey";

-- DropIndex
DROP INDEX "run_notebook_id_created_at_idx";

-- DropIndex
DROP INDEX "run_workspace_id_created_at_idx";

-- DropIndex
DROP INDEX "session_token_key";

-- AlterTable
ALTER TABLE "notebook" ADD COLUMN     "error_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "task_count" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "session" DROP COLUMN "ip_address",
DROP COLUMN "token",
DROP COLUMN "updated_at",
ADD COLUMN     "address" TEXT,
ADD COLUMN     "from_link" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "hash" TEXT NOT NULL,
ADD COLUMN     "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- AlterTable
ALTER TABLE "user" DROP COLUMN "email_verified",
DROP COLUMN "image",
ADD COLUMN     "password_hash" TEXT;

-- DropTable
DROP TABLE "account";

-- DropTable
DROP TABLE "verification";

-- CreateTable
CREATE TABLE "sign_in_link" (
    "hash" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_in_link_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE INDEX "run_workspace_id_status_number_idx" ON "run"("workspace_id", "status", "number");

-- CreateIndex
CREATE INDEX "run_notebook_id_number_idx" ON "run"("notebook_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "session_hash_key" ON "session"("hash");

-- AddForeignKey
ALTER TABLE "sign_in_link" ADD CONSTRAINT "sign_in_link_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The role that web transactions take: no log-in, no ownership, so row security binds it. Roles belong to the cluster, and
-- several databases of one cluster may be migrated at once: whoever comes second finds it there.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'heddle_web') THEN
    BEGIN
      CREATE ROLE heddle_web NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END IF;
  IF NOT pg_has_role(current_user, 'heddle_web', 'member') THEN
    EXECUTE format('GRANT heddle_web TO %I', current_user);
  END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO heddle_web;

-- The workspace of the transaction; NULL (no row matches) when none was set.
CREATE FUNCTION heddle_workspace() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('heddle.ws', true), '') $$;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['member', 'api_token', 'notebook', 'notebook_version', 'run', 'task_run', 'attempt', 'run_event',
                              'metric_series', 'artifact', 'cache_entry', 'task_memory'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY in_workspace ON %I TO heddle_web USING (workspace_id = (SELECT heddle_workspace()))
                    WITH CHECK (workspace_id = (SELECT heddle_workspace()))', name);
    EXECUTE format('GRANT SELECT ON %I TO heddle_web', name);
  END LOOP;
END
$$;

ALTER TABLE "workspace" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "workspace" TO heddle_web USING (id = (SELECT heddle_workspace()));
GRANT SELECT ON "workspace" TO heddle_web;

-- Of people only what their fellow members see: never a password hash.
ALTER TABLE "user" ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_workspace ON "user" TO heddle_web
  USING (EXISTS (SELECT FROM "member" WHERE "member".user_id = "user".id));
GRANT SELECT (id, name, email) ON "user" TO heddle_web;

GRANT INSERT, UPDATE ON "notebook" TO heddle_web;
GRANT INSERT ON "notebook_version" TO heddle_web;
GRANT INSERT, DELETE ON "api_token" TO heddle_web;

-- Points carry no workspace (they are the largest table by far): web transactions read them through these functions only.
-- A bucket of several points gives its last finite one with the least and the greatest beside it, and its last one that is
-- not finite: what pipelines/metric/downsample does, and a test holds the two together.
CREATE FUNCTION metric_points(series_ids int[], buckets int, from_step float8, to_step float8)
RETURNS TABLE (series_id int, points bigint, step float8, at float8, value float8, low float8, high float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
  WITH allowed AS (
    SELECT id FROM metric_series WHERE id = ANY (series_ids) AND workspace_id = heddle_workspace()
  ), span AS (
    SELECT p.series_id, count(*) AS n, min(p.step) AS lo, max(p.step) AS hi
    FROM metric_point p JOIN allowed ON allowed.id = p.series_id
    WHERE p.step >= from_step AND p.step <= to_step
    GROUP BY p.series_id
  ), grouped AS (
    SELECT p.series_id, span.n,
      max(ARRAY[p.step, p.seq, extract(epoch FROM p.time) * 1000, p.value]::float8[])
        FILTER (WHERE p.value > '-Infinity' AND p.value < 'Infinity') AS finite,
      max(ARRAY[p.step, p.seq, extract(epoch FROM p.time) * 1000, p.value]::float8[])
        FILTER (WHERE NOT (p.value > '-Infinity' AND p.value < 'Infinity')) AS other,
      min(p.value) FILTER (WHERE p.value > '-Infinity' AND p.value < 'Infinity') AS low,
      max(p.value) FILTER (WHERE p.value > '-Infinity' AND p.value < 'Infinity') AS high,
      count(*) FILTER (WHERE p.value > '-Infinity' AND p.value < 'Infinity') AS finites
    FROM metric_point p JOIN span ON span.series_id = p.series_id
    WHERE p.step >= from_step AND p.step <= to_step
    GROUP BY p.series_id, span.n,
      CASE WHEN span.n <= buckets THEN p.seq
           -- Steps that no chart has a scale for: arithmetic on them fails here.
           WHEN abs(span.lo) > 1e100 OR abs(span.hi) > 1e100 OR span.hi - span.lo < 1e-100 OR p.step - span.lo < 1e-100 THEN 0
           ELSE least(buckets - 1, floor((p.step - span.lo) / (span.hi - span.lo) * buckets)::int) END
  )
  SELECT g.series_id, g.n, one.point[1], one.point[3], one.point[4], one.low, one.high
  FROM grouped g
  CROSS JOIN LATERAL (VALUES
    (g.finite, CASE WHEN g.finites > 1 THEN g.low END, CASE WHEN g.finites > 1 THEN g.high END),
    (g.other, NULL, NULL)) AS one (point, low, high)
  WHERE one.point IS NOT NULL
  ORDER BY g.series_id, one.point[1], one.point[2]
$$;

CREATE FUNCTION metric_summaries(series_ids int[])
RETURNS TABLE (series_id int, points bigint, last float8, low float8, high float8, mean float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
  SELECT p.series_id, count(*), (max(ARRAY[p.step, p.seq, p.value]::float8[]))[3],
    min(p.value) FILTER (WHERE p.value > '-Infinity' AND p.value < 'Infinity'),
    max(p.value) FILTER (WHERE p.value > '-Infinity' AND p.value < 'Infinity'),
    -- Scaled by 2^-100 on the way: avg() and sum() fail where their own sums, not the mean, are out of range; and so does a
    -- product that is too small.
    sum(CASE WHEN abs(p.value) < 1e-270 THEN 0 ELSE p.value * 7.888609052210118e-31::float8 END) FILTER (WHERE p.value > '-Infinity' AND p.value < 'Infinity')
      / nullif(count(*) FILTER (WHERE p.value > '-Infinity' AND p.value < 'Infinity'), 0) * 1267650600228229401496703205376::float8
  FROM metric_point p JOIN metric_series s ON s.id = p.series_id
  WHERE s.id = ANY (series_ids) AND s.workspace_id = heddle_workspace()
  GROUP BY p.series_id
$$;

-- The newest value of each series, without reading the others.
CREATE FUNCTION metric_last(series_ids int[]) RETURNS TABLE (series_id int, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
  SELECT s.id, newest.value
  FROM metric_series s
  CROSS JOIN LATERAL (SELECT p.value FROM metric_point p WHERE p.series_id = s.id ORDER BY p.seq DESC LIMIT 1) newest
  WHERE s.id = ANY (series_ids) AND s.workspace_id = heddle_workspace()
$$;

REVOKE ALL ON FUNCTION metric_points, metric_summaries, metric_last FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metric_points, metric_summaries, metric_last TO heddle_web;
