/**
 * The hot statements of runs. Every save is ONE statement: the run's row is compared and set on (revision, owner), and
 * everything else joins what that gave, so that a writer which has not seen the last save writes nothing at all.
 */

/** Plans are made once, while the tables may still be empty: they must suit full ones. */
export const writerSettingsSql =
  "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set plan_cache_mode = force_generic_plan";

/** What became of saves of which nobody knows. $1 runs. */
export const savedRevisionsSql = "select id, revision, owner from run where id = any($1)";

/** $1 order. The run that has it. */
export const orderedRunSql = "select r.id, r.number from run_order o join run r on r.id = o.run_id where o.key = $1";

/** $1 run. */
export const runNumberSql = "select number from run where id = $1";

/** One snapshot for the two statements that read a run. */
export const beginReadSql = "begin isolation level repeatable read read only";
export const commitReadSql = "commit";

/**
 * $1 run, $2 task runs, $3 attempts that begin with it, $4 seconds of their lease. Numbers count per workspace without gaps: the counter's row lock holds until the commit. No row
 * comes back, and none is made, when a run of the same order is active.
 */
export const insertRunSql = `
with input as (
  select * from json_to_record($1::json) as r(
    id text, workspace_id text, notebook_id text, version_id text, spec jsonb, source text, trigger text, created_by text,
    status text, reason text, message text, control jsonb, created float8, started float8, finished float8, owner text, lease float8,
    event jsonb, order_key text)
), ordered as (
  insert into run_order (key, run_id) select order_key, id from input where order_key is not null
  on conflict (key) do update set run_id = excluded.run_id where not run_is_active(run_order.run_id) returning run_id
), counted as (
  insert into run_counter (workspace_id, last) select workspace_id, 1 from input
  where order_key is null or exists (select from ordered)
  on conflict (workspace_id) do update set last = run_counter.last + 1 returning last
), inserted as (
  insert into run (id, workspace_id, notebook_id, version_id, number, status, reason, message, control, spec, source, trigger, created_by,
    created_at, started_at, finished_at, revision, owner, owner_until)
  select i.id, i.workspace_id, i.notebook_id, i.version_id, counted.last, i.status, i.reason, i.message, i.control, i.spec, i.source, i.trigger,
    i.created_by, to_timestamp(i.created / 1000), to_timestamp(i.started / 1000), to_timestamp(i.finished / 1000), 1, i.owner,
    clock_timestamp() + make_interval(secs => i.lease)
  from input i, counted
  returning id, number
), events as (
  insert into run_event (run_id, seq, workspace_id, event) select i.id, 1, i.workspace_id, i.event from input i join inserted using (id)
), tasks as (
  insert into task_run (id, run_id, workspace_id, task_key, map_index, status, reason, attempt, cache_key, not_before, queued_until, queued_at,
    started_at, finished_at, why, lease_until)
  select t.id, i.id, i.workspace_id, t.task_key, null, t.status, t.reason, t.attempt, t.cache_key, to_timestamp(t.not_before / 1000),
    to_timestamp(t.queued_until / 1000), to_timestamp(t.queued / 1000), to_timestamp(t.started / 1000), to_timestamp(t.finished / 1000), t.why,
    case when t.leased then clock_timestamp() + make_interval(secs => $4) end
  from input i join inserted using (id), json_to_recordset($2::json) as t(
    id text, task_key text, status text, reason text, attempt int, cache_key text, not_before float8, queued_until float8, queued float8,
    started float8, finished float8, why jsonb, leased boolean)
), attempts as (
  insert into attempt (task_run_id, attempt, workspace_id, status, log_records, log_bytes, log_cut, server)
  select a.task_run_id, a.attempt, i.workspace_id, a.status, 0, 0, 0, i.owner
  from input i join inserted using (id), json_to_recordset($3::json) as a(task_run_id text, attempt int, status text)
)
select number from inserted`;

/** Parts of a save that most have no need of: left out, they cost nothing. */
export interface SaveParts {
  readonly added: boolean;
  readonly results: boolean;
}

/**
 * $1 owner, $2 seconds of an attempt's lease, $3 runs, $4 their ids, $5 changed task runs, $6 attempts; then, where there are any, new
 * task runs and results to remember.
 */
export function saveRunsSql({ added, results }: SaveParts): string {
  const parts = [...(added ? [addedSql] : []), ...(results ? [resultsSql(added ? "$8" : "$7")] : [])];
  return `${saveHeadSql}${parts.map((part) => `, ${part}`).join("")}
select s.id, s.revision, (select count(*)::int from changed) as changed from saved s`;
}

const saveHeadSql = `
with input as materialized (
  select * from json_to_recordset($3::json) as r(
    id text, revision int, status text, reason text, message text, control jsonb, started float8, finished float8, event jsonb)
), saved as (
  update run set status = i.status, reason = i.reason, message = i.message, control = i.control, started_at = to_timestamp(i.started / 1000),
    finished_at = to_timestamp(i.finished / 1000), revision = i.revision + 1
  -- The list of ids besides, so that the plan never walks the other runs.
  from input i where run.id = i.id and run.id = any($4::text[]) and run.revision = i.revision and run.owner = $1
  returning run.id, run.workspace_id, run.notebook_id, run.revision
), events as (
  insert into run_event (run_id, seq, workspace_id, event)
  select s.id, s.revision, s.workspace_id, i.event from saved s join input i on i.id = s.id
), changed as (
  update task_run set status = t.status, reason = t.reason, attempt = t.attempt, tries = t.tries, lost = t.lost,
    expanded = t.expanded, not_before = to_timestamp(t.not_before / 1000), cache_key = t.cache_key,
    key_parts = t.key_parts, why = coalesce(t.why, task_run.why), cached_from = t.cached_from,
    outputs = t.outputs,
    displays = coalesce(t.displays, task_run.displays),
    error = case when t.keep_error then task_run.error else t.error end, decision = t.decision, fresh = t.fresh,
    queued_until = to_timestamp(t.queued_until / 1000), queued_at = to_timestamp(t.queued / 1000), started_at = to_timestamp(t.started / 1000),
    finished_at = to_timestamp(t.finished / 1000),
    lease_until = case when not t.leased then null
      when t.attempt > task_run.attempt then clock_timestamp() + make_interval(secs => $2) else task_run.lease_until end
  from json_to_recordset($5::json) as t(
    id text, run_id text, status text, reason text, attempt int, tries int, lost int, expanded int, not_before float8, cache_key text,
    key_parts jsonb, why jsonb, cached_from text, outputs json, displays json, error jsonb,
    keep_error boolean, decision jsonb, fresh boolean, queued_until float8, queued float8, started float8, finished float8, leased boolean)
  join saved s on s.id = t.run_id
  where task_run.id = t.id and task_run.attempt <= t.attempt
  returning task_run.id
), attempts as (
  insert into attempt (task_run_id, attempt, workspace_id, status, reason, error, handle, started_at, finished_at, duration_ms, cpu_ms,
    peak_memory_bytes, log_records, log_bytes, log_cut, server)
  select a.task_run_id, a.attempt, s.workspace_id, a.status, a.reason, a.error, a.handle, to_timestamp(a.started / 1000),
    to_timestamp(a.finished / 1000), a.duration_ms, a.cpu_ms, a.peak_memory_bytes, a.log_records, a.log_bytes, a.log_cut, $1
  from json_to_recordset($6::json) as a(
    task_run_id text, run_id text, attempt int, status text, reason text, error jsonb, handle text, started float8, finished float8,
    duration_ms float8, cpu_ms float8, peak_memory_bytes bigint, log_records int, log_bytes bigint, log_cut int)
  join saved s on s.id = a.run_id
  on conflict (task_run_id, attempt) do update set status = excluded.status, reason = excluded.reason, error = excluded.error,
    handle = excluded.handle, started_at = excluded.started_at, finished_at = excluded.finished_at,
    duration_ms = excluded.duration_ms, cpu_ms = excluded.cpu_ms, peak_memory_bytes = excluded.peak_memory_bytes,
    log_records = greatest(attempt.log_records, excluded.log_records), log_bytes = greatest(attempt.log_bytes, excluded.log_bytes),
    log_cut = greatest(attempt.log_cut, excluded.log_cut)
  where attempt.status in ('launching', 'running')
)`;

const addedSql = `added as (
  insert into task_run (id, run_id, workspace_id, task_key, map_index, status, reason, attempt, tries, lost, cache_key, key_parts, why,
    cached_from, elements, outputs, displays, error, not_before, decision, fresh, queued_until, queued_at, started_at, finished_at, lease_until)
  select t.id, t.run_id, s.workspace_id, t.task_key, t.map_index, t.status, t.reason, t.attempt, t.tries, t.lost, t.cache_key,
    t.key_parts, t.why, t.cached_from, t.elements, t.outputs, t.displays, t.error, to_timestamp(t.not_before / 1000), t.decision, t.fresh,
    to_timestamp(t.queued_until / 1000), to_timestamp(t.queued / 1000),
    to_timestamp(t.started / 1000), to_timestamp(t.finished / 1000),
    case when t.leased then clock_timestamp() + make_interval(secs => $2) end
  from json_to_recordset($7::json) as t(
    id text, run_id text, task_key text, map_index int, status text, reason text, attempt int, tries int, lost int, cache_key text,
    key_parts jsonb, why jsonb, cached_from text, elements json, outputs json, displays json, error jsonb, not_before float8, decision jsonb,
    fresh boolean, queued_until float8, queued float8, started float8, finished float8, leased boolean)
  join saved s on s.id = t.run_id
)`;

const resultsSql = (place: string) => `results as (
  select m.*, s.workspace_id, s.notebook_id from json_to_recordset(${place}::json) as m(
    run_id text, task_run_id text, task_key text, map_index int, key text, key_parts jsonb, outputs json, displays json,
    elements json, lifetime float8)
  join saved s on s.id = m.run_id
), entries as (
  insert into cache_entry (workspace_id, key, task_run_id, outputs, displays, elements, created_at, expires_at)
  select distinct on (workspace_id, key) workspace_id, key, task_run_id, outputs, displays, elements, clock_timestamp(),
    clock_timestamp() + make_interval(secs => lifetime / 1000)
  from results order by workspace_id, key
  on conflict (workspace_id, key) do update set task_run_id = excluded.task_run_id, outputs = excluded.outputs,
    displays = excluded.displays, elements = excluded.elements, created_at = excluded.created_at, expires_at = excluded.expires_at
), memories as (
  insert into task_memory (workspace_id, notebook_id, task_key, map_index, key_parts, task_run_id)
  select distinct on (workspace_id, notebook_id, task_key, map_index) workspace_id, notebook_id, task_key, map_index, key_parts, task_run_id
  from results where notebook_id is not null order by workspace_id, notebook_id, task_key, map_index
  on conflict (workspace_id, notebook_id, task_key, map_index) do update set key_parts = excluded.key_parts, task_run_id = excluded.task_run_id
)`;

/** $1 keys, $2 workspaces, $3 notebooks, $4 task keys, $5 map indices (-1: none). One row each, in order. */
export const lookupSql = `
select c.task_run_id, c.outputs, c.displays, c.elements, m.key_parts
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[]) with ordinality as i(key, ws, nb, task, idx, n)
left join cache_entry c on c.workspace_id = i.ws and c.key = i.key and (c.expires_at is null or c.expires_at > clock_timestamp())
left join task_memory m on m.workspace_id = i.ws and m.notebook_id = i.nb and m.task_key = i.task and m.map_index = i.idx
order by i.n`;

export const loadRunSql = `
select id, workspace_id, notebook_id, version_id, number, status, reason, message, control, spec, revision, owner, poison,
  (extract(epoch from created_at) * 1000)::float8 as created, (extract(epoch from started_at) * 1000)::float8 as started,
  (extract(epoch from finished_at) * 1000)::float8 as finished
from run where id = $1`;

export const loadTaskRunsSql = `
select t.id, t.task_key, t.map_index, t.status, t.reason, t.attempt, t.tries, t.lost, t.expanded, t.cache_key, t.key_parts, t.cached_from,
  t.elements, t.outputs, t.decision, t.fresh, (extract(epoch from t.not_before) * 1000)::float8 as not_before,
  (extract(epoch from t.queued_until) * 1000)::float8 as queued_until, (extract(epoch from t.queued_at) * 1000)::float8 as queued,
  (extract(epoch from t.started_at) * 1000)::float8 as started, (extract(epoch from t.finished_at) * 1000)::float8 as finished,
  (extract(epoch from t.lease_until - clock_timestamp()) * 1000)::float8 as lease_left,
  a.status as attempt_status, a.reason as attempt_reason, a.error as attempt_error, a.handle, a.server,
  (extract(epoch from a.started_at) * 1000)::float8 as attempt_started, (extract(epoch from a.finished_at) * 1000)::float8 as attempt_finished,
  a.duration_ms, a.cpu_ms, a.peak_memory_bytes::float8 as peak_memory_bytes
from task_run t left join attempt a on a.task_run_id = t.id and a.attempt = t.attempt
where t.run_id = $1`;

/** $1 instance, $2 seconds, $3 also runs that are ours already (we were killed), $4 ids after this one: runs whose owner has not been heard of. */
export const takeRunsSql = `
update run set owner = $1, owner_until = clock_timestamp() + make_interval(secs => $2)
where id in (
  select id from run where status in ('queued', 'running')
    and (owner is null or (owner = $1 and $3) or owner_until < clock_timestamp()) and id > $4
  order by id limit 500 for update skip locked)
returning id, poison`;

/**
 * $1 instance, $2 seconds. A server is heard of; those not heard of for a day are forgotten. Says what time it is, and
 * whether another server was heard of within those seconds.
 */
export const beatSql = `
with gone as (
  delete from server where seen_at < clock_timestamp() - interval '1 day'
)
insert into server as s (id, started_at, seen_at) values ($1, clock_timestamp(), clock_timestamp())
on conflict (id) do update set seen_at = excluded.seen_at
returning (extract(epoch from clock_timestamp()) * 1000)::float8 as now,
  exists (select from server o where o.id <> s.id and o.seen_at > clock_timestamp() - make_interval(secs => $2)) as company`;

/** $1 instance: it stops in good order. */
export const leaveSql = "delete from server where id = $1";

/**
 * $1 instance, $2 run ids, $3 seconds, $4 task run ids, $5 attempts, $6 seconds of attempts. Names what is still ours.
 */
export const renewSql = `
with runs as (
  update run set owner_until = clock_timestamp() + make_interval(secs => $3)
  where id = any($2) and owner = $1 and status in ('queued', 'running') returning id
), attempts as (
  update task_run t set lease_until = clock_timestamp() + make_interval(secs => $6)
  from unnest($4::text[], $5::int[]) as l(id, attempt)
  where t.id = l.id and t.attempt = l.attempt and t.status = 'running' and t.lease_until > clock_timestamp() returning t.id
)
select array(select id from runs) as runs, array(select id from attempts) as attempts`;

/** $1 run id, $2 instance, $3 seconds: a run that has ended goes on with whoever was asked to retry it. */
export const reopenRunSql = `
update run set owner = $2, owner_until = clock_timestamp() + make_interval(secs => $3)
where id = $1 and (owner = $2 or owner is null or owner_until < clock_timestamp() or status in ('succeeded', 'failed', 'cancelled'))
returning id`;

/** $1 run id, $2 command: somebody who does not own the run wants this of it. */
export const wishSql = `
insert into run_wish (run_id, command) select id, $2 from run where id = $1 and status in ('queued', 'running')`;

/** $1 instance. In the order they were wished. */
export const wishesSql = `
select w.id, w.run_id, w.command from run_wish w join run on run.id = w.run_id
where run.owner = $1 and run.status in ('queued', 'running') order by w.id limit 500`;

/** $1 ids: seen to. Wishes for runs that ended meanwhile go with them. */
export const clearWishesSql = `
delete from run_wish where id = any($1::bigint[])
  or run_id in (select w.run_id from run_wish w join run on run.id = w.run_id where run.status not in ('queued', 'running'))`;

/** What other servers work on, what became of these runs ($2), and what has ended in the last $3 seconds. $1 instance. */
export const outsideRunsSql = `
select id, workspace_id, notebook_id, revision, status not in ('queued', 'running') as ended from run
where (status in ('queued', 'running') or id = any($2) or finished_at > statement_timestamp() - make_interval(secs => $3))
  and owner is distinct from $1`;

/** $1 what is told. */
export const notifySql = "select pg_notify('heddle_runs', $1)";

export const listenSql = "listen heddle_runs";

export const poisonRunSql = "update run set poison = poison + 1 where id = $1 returning poison";

/** $1 run id, $2 message. Its tasks end with it, and whoever follows it hears so. */
export const setAsideSql = `
with aside as (
  update run set status = 'failed', reason = 'internal', message = $2, finished_at = clock_timestamp(), revision = revision + 1
  where id = $1 and status in ('queued', 'running') returning id, workspace_id, revision
), tasks as (
  update task_run t set status = 'cancelled', reason = 'internal', lease_until = null, not_before = null, finished_at = clock_timestamp()
  from aside where t.run_id = aside.id and t.status in ('blocked', 'queued', 'running', 'waiting')
  returning t.id, t.status, t.attempt, t.reason
), attempts as (
  update attempt a set status = 'lost', reason = 'internal', finished_at = clock_timestamp()
  from tasks where a.task_run_id = tasks.id and a.status in ('launching', 'running')
)
insert into run_event (run_id, seq, workspace_id, event)
select id, revision, workspace_id, json_build_object('status', 'failed', 'taskRuns',
  coalesce((select json_agg(json_build_array(tasks.id, tasks.status, tasks.attempt, tasks.reason)) from tasks), '[]'::json)) from aside`;

/** Runs whose owner let the lease go and will not come back: processes of `heddle run` that were killed. */
export const abandonRunsSql = `
with abandoned as (
  update run set status = 'cancelled', reason = 'node-lost', message = 'The command that ran it was killed.', finished_at = clock_timestamp()
  where status in ('queued', 'running') and owner_until < clock_timestamp() returning id
)
update task_run set status = 'cancelled', reason = 'node-lost', lease_until = null, finished_at = clock_timestamp()
from abandoned where run_id = abandoned.id and task_run.status in ('blocked', 'queued', 'running', 'waiting')`;
