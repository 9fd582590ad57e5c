-- Servers tell their pages of runs that ended at other servers: they look for what ended since they looked last.
CREATE INDEX "run_finished_at_idx" ON "run"("finished_at");
