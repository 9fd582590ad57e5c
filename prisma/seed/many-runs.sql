-- 10,000 runs like the newest one that succeeded, a minute apart, with varying states, triggers and one parameter:
-- to look at the list of runs when it is long. For a scratch database; their task runs are not made.
insert into run (id, workspace_id, notebook_id, version_id, number, status, reason, message, spec, source, trigger, created_by,
                 created_at, started_at, finished_at, revision)
select 'seed' || lpad(n::text, 12, '0'), r.workspace_id, r.notebook_id, r.version_id, (select max(number) from run) + n,
       (array['succeeded', 'succeeded', 'succeeded', 'failed', 'cancelled'])[1 + n % 5],
       case when n % 5 = 3 then 'exception' end,
       case when n % 5 = 3 then 'A cell threw an error.' end,
       jsonb_set(r.spec, '{params,seed}', to_jsonb(n)), r.source,
       (array['manual', 'cell', 'schedule', 'cli'])[1 + n % 4], r.created_by,
       at, at, at + n % 300 * interval '1 second', 5
from (select * from run where status = 'succeeded' order by number desc limit 1) r,
     generate_series(1, 10000) n,
     lateral (select now() - (10000 - n) * interval '1 minute' as at) t;
