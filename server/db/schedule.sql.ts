/** Statements of the scheduler. Time is the database's: servers' clocks decide nothing. */

/** The schedule that has been due longest and that nobody else looks at now. Locked until the transaction ends. */
export const dueScheduleSql = `
select s.id, s.workspace_id, s.timing, s.time_zone, s.missed, s.overlap, s.tolerance_seconds, s.jitter_seconds, s.ends_at, s.next_fire_at,
  coalesce((select array_agg(day) from schedule_calendar c, unnest(c.days) day
    where c.workspace_id = s.workspace_id and c.id = any(s.calendar_ids)), '{}') as days_left_out,
  (select count(*)::int from schedule_fire f where f.schedule_id = s.id and f.round = '' and f.status = 'waiting') as waiting,
  clock_timestamp() as now
from schedule s join notebook n on n.id = s.notebook_id and n.deleted_at is null
where s.next_fire_at <= clock_timestamp() and s.paused_at is null
order by s.next_fire_at limit 1
for update of s skip locked`;

/** $1 fires. Those that are there already stay as they are. */
export const addFiresSql = `
insert into schedule_fire (schedule_id, round, fire_at, workspace_id, status, reason, start_at, run_id)
select schedule_id, round, to_timestamp(fire_at / 1000), workspace_id, status, reason, to_timestamp(start_at / 1000), run_id
from json_to_recordset($1::json) as f(schedule_id text, round text, fire_at float8, workspace_id text, status text, reason text, start_at float8, run_id text)
on conflict do nothing`;

/** $1 schedule, $2 its next fire time in milliseconds; null: none. */
export const advanceSql = "update schedule set next_fire_at = to_timestamp($2::float8 / 1000) where id = $1";

/** $1 schedule, $2 what is wrong with it. It fires no more until somebody saves it anew. */
export const quarantineSql = "update schedule set fault = $2, paused_at = clock_timestamp(), next_fire_at = null where id = $1";

/** When something is due next, in milliseconds from now; null: nothing is planned. */
export const nextDueSql = `
select extract(epoch from least(
  (select min(s.next_fire_at) from schedule s join notebook n on n.id = s.notebook_id and n.deleted_at is null where s.paused_at is null),
  (select min(start_at) from schedule_fire where status in ('waiting', 'starting') and start_at > clock_timestamp())
) - clock_timestamp())::float8 * 1000 as wait`;

/** Schedules and backfills that have a fire to start now: each appears once. */
export const openRoundsSql = `
select distinct f.schedule_id, f.round from schedule_fire f
where f.status in ('waiting', 'starting') and f.start_at <= clock_timestamp() and (f.claimed_until is null or f.claimed_until <= clock_timestamp())
limit 200`;

/** $1 schedule. Locked, so that its fires start one after the other whoever starts them. */
export const lockScheduleSql = `
select s.id, s.workspace_id, s.notebook_id, s.name, s.timing, s.time_zone, s.params, s.date_param, s.revision, s.overlap, s.created_by, s.updated_by, n.deleted_at,
  n.revision as newest from schedule s join notebook n on n.id = s.notebook_id where s.id = $1 for update of s`;

/** $1 schedule, $2 round. The fire of a round whose turn it is, with what else is known of the round. */
export const nextFireSql = `
select f.fire_at, f.run_id, f.status, b.id is not null as is_backfill, b.at_once, b.cancelled_at,
  exists (select from run r where r.id = f.run_id) as has_run,
  (select count(*)::int from schedule_fire o left join run r on r.id = o.run_id
    where o.schedule_id = f.schedule_id and o.round = f.round and o.fire_at <> f.fire_at
    and (o.status = 'starting' or o.status = 'started' and r.status in ('queued', 'running'))) as active,
  exists (select from schedule_fire o where o.schedule_id = f.schedule_id and o.round = f.round and o.status = 'waiting'
    and o.fire_at > f.fire_at and o.start_at <= clock_timestamp()) as has_newer
from schedule_fire f left join schedule_backfill b on b.id = f.round
where f.schedule_id = $1 and f.round = $2 and f.status in ('waiting', 'starting') and f.start_at <= clock_timestamp()
  and (f.claimed_until is null or f.claimed_until <= clock_timestamp())
order by f.status = 'waiting', case when b.newest_first then -extract(epoch from f.fire_at) else extract(epoch from f.fire_at) end
limit 1`;

/** $1 schedule. Runs of it that have not ended. */
export const activeRunsSql = `
select r.id from schedule_fire f join run r on r.id = f.run_id
where f.schedule_id = $1 and f.round = '' and f.status = 'started' and r.status in ('queued', 'running')`;

/** $1 schedule, $2 round, $3 fire time, $4 seconds. */
export const claimFireSql = `
update schedule_fire set status = 'starting', claimed_until = clock_timestamp() + make_interval(secs => $4), decided_at = clock_timestamp()
where schedule_id = $1 and round = $2 and fire_at = $3`;

/** It could not be started just now: nobody tries again for $4 seconds. $1 schedule, $2 round, $3 fire time. */
export const postponeFireSql = `
update schedule_fire set status = 'waiting', claimed_until = clock_timestamp() + make_interval(secs => $4)
where schedule_id = $1 and round = $2 and fire_at = $3 and status = 'starting'`;

/** $1 schedule, $2 round, $3 fire time, $4 status, $5 reason, $6 message. */
export const decideFireSql = `
update schedule_fire set status = $4, reason = $5, message = $6, claimed_until = null, decided_at = clock_timestamp()
where schedule_id = $1 and round = $2 and fire_at = $3 and status in ('waiting', 'starting')`;

/** What pages read; always inside `workspaceRead`. $1 workspace, $2 notebook or null, $3 schedule or null. */
export const schedulesSql = `
select s.id, s.name, s.notebook_id, n.title as notebook, n.revision as newest, s.timing, s.time_zone, s.calendar_ids, s.params, s.date_param,
  s.revision, s.overlap, s.missed, s.tolerance_seconds, s.jitter_seconds, s.ends_at, s.next_fire_at, s.paused_at, s.fault
from schedule s join notebook n on n.id = s.notebook_id and n.deleted_at is null
where s.workspace_id = $1 and ($2::text is null or s.notebook_id = $2) and ($3::text is null or s.id = $3)
order by s.next_fire_at nulls last, s.name, s.id`;

const fireColumns = `f.schedule_id, f.round, f.fire_at, f.status, f.reason, f.message, f.run_id, r.number as run_number, r.status as run_status,
  extract(epoch from r.finished_at - r.started_at)::float8 * 1000 as duration_ms`;

/** The newest fires by the clock of each. $1 workspace, $2 schedules, $3 how many. */
export const firesSql = `
select ${fireColumns} from unnest($2::text[]) s(id)
cross join lateral (select * from schedule_fire where workspace_id = $1 and schedule_id = s.id and round = '' order by fire_at desc limit $3) f
left join run r on r.id = f.run_id and r.workspace_id = f.workspace_id
order by f.schedule_id, f.fire_at desc`;

/** $1 workspace, $2 schedule, $3 before or null, $4 how many. */
export const firesOfScheduleSql = `
select ${fireColumns} from schedule_fire f left join run r on r.id = f.run_id and r.workspace_id = f.workspace_id
where f.workspace_id = $1 and f.schedule_id = $2 and ($3::timestamptz is null or f.fire_at < $3)
order by f.fire_at desc, f.round limit $4`;

/** $1 workspace, $2 schedules. */
export const scheduleRatesSql = `
select s.id as schedule_id, count(*)::int as ended, count(*) filter (where r.status = 'succeeded')::int as succeeded
from unnest($2::text[]) s(id)
cross join lateral (
  select r.status from schedule_fire f join run r on r.id = f.run_id
  where f.workspace_id = $1 and f.schedule_id = s.id and r.status in ('succeeded', 'failed', 'cancelled') order by f.fire_at desc limit 100) r
group by s.id`;

/** Fire times that have a run, or will have one. $1 workspace, $2 schedule, $3 first, $4 last. */
export const madeFiresSql = `
select f.fire_at, bool_or(f.status in ('waiting', 'starting') or r.status in ('queued', 'running', 'succeeded')) as succeeded
from schedule_fire f left join run r on r.id = f.run_id
where f.workspace_id = $1 and f.schedule_id = $2 and f.fire_at between $3 and $4 and f.status <> 'skipped'
group by f.fire_at`;

/** $1 workspace, $2 schedule. */
export const backfillsSql = `
select b.id, b.first_at, b.last_at, b.again, b.at_once, b.newest_first, b.cancelled_at, b.created_at, count(f.*)::int as total,
  count(*) filter (where r.status = 'succeeded')::int as succeeded,
  count(*) filter (where r.status in ('failed', 'cancelled') or f.status = 'failed')::int as failed,
  count(*) filter (where r.status in ('queued', 'running') or f.status = 'starting')::int as active,
  count(*) filter (where f.status = 'waiting')::int as waiting, count(*) filter (where f.status = 'skipped')::int as skipped
from schedule_backfill b left join schedule_fire f on f.schedule_id = b.schedule_id and f.round = b.id left join run r on r.id = f.run_id
where b.workspace_id = $1 and b.schedule_id = $2
group by b.id order by b.created_at desc limit 50`;
