-- Server processes that work on this database, and when each was last heard of (database time).
CREATE TABLE "server" (
    "id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "server_pkey" PRIMARY KEY ("id")
);

-- What a run was ordered with, as a hash: the same order while that run is active gives that run, whichever process is asked.
CREATE TABLE "run_order" (
    "key" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,

    CONSTRAINT "run_order_pkey" PRIMARY KEY ("key")
);

-- Volatile: looks with a snapshot of its own, so that it sees what another order committed while ours waited for its row.
CREATE FUNCTION run_is_active(asked text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM run WHERE id = asked AND status IN ('queued', 'running') AND reason IS NULL);
END $$;

-- The server process that launched it: nobody else can say that it is gone before its lease ends.
ALTER TABLE "attempt" ADD COLUMN     "server" TEXT;
