/** What pages read of runs. Always inside `workspaceRead`; the predicate on the workspace stands in each all the same. */

/** A row of the list; add `where`, order and limit. $1 workspace. */
const runRow = `
select r.id, r.number, r.notebook_id, coalesce(r.spec->'dag'->>'title', n.title, r.spec->>'notebook', 'Notebook') as notebook_title,
  v.revision as notebook_revision, r.status, r.reason, r.message, r.trigger, u.name as created_by, r.created_at, r.started_at, r.finished_at,
  r.spec->'params' as params, r.control, r.pinned, r.revision as seq, c.counts
from run r
left join notebook n on n.id = r.notebook_id
left join notebook_version v on v.id = r.version_id
left join "user" u on u.id = r.created_by
left join lateral (
  select json_object_agg(status, count) as counts
  from (select t.status, count(*)::int as count from task_run t
        where t.run_id = r.id and t.workspace_id = r.workspace_id and coalesce(t.expanded, 0) = 0
          and t.reason is distinct from 'cleared' group by t.status) by_status
) c on true
where r.workspace_id = $1`;

/** $2 run ids. */
export const runRowsByIdSql = `${runRow} and r.id = any($2)`;

/**
 * $2 notebook, $3 status, $4 number to go on below, $5 limit, $6 trigger, $7 whether only pinned ones; each may be null.
 * Runs of scratch cells come only when asked for.
 */
export const runListSql = `
with page as materialized (
  select id from run
  where workspace_id = $1 and ($2::text is null or notebook_id = $2) and ($3::text is null or status = $3)
    and (trigger = $6 or ($6::text is null and trigger <> 'scratch')) and ($7::bool is not true or pinned) and ($4::int is null or number < $4)
  order by number desc limit $5
) ${runRow.trimStart()} and r.id in (select id from page) order by r.number desc`;

/** What becomes a headline: the exported outputs of these runs. $1 workspace, $2 runs. */
export const headlineOutputsSql = `
select r.id as run_id, o.item->>'name' as name, t.outputs->(o.item->>'name')->'preview' as preview
from run r
cross join lateral jsonb_array_elements(r.spec->'dag'->'outputs') with ordinality as o(item, position)
join task_run t on t.run_id = r.id and t.task_key = o.item->>'task' and t.map_index is null
where r.workspace_id = $1 and r.id = any($2)
order by o.position`;

/** Newest attempts' series of tasks that are not mapped, the reused ones of cached tasks too. $1 workspace, $2 runs. */
export const headlineSeriesSql = `
select t.run_id, s.name, s.id
from task_run t
cross join lateral (
  select distinct on (m.name) m.name, m.id from metric_series m
  where m.task_run_id = coalesce(t.cached_from, t.id) order by m.name, m.attempt desc
) s
where t.workspace_id = $1 and t.run_id = any($2) and t.map_index is null
order by s.name`;

/** $1 workspace, $2 run. */
export const runSpecSql = `
select r.spec->'dag'->'tasks' as tasks, r.spec->'targets' as targets, r.spec->>'cache' as cache, r.spec->'dag'->'outputs' as outputs, r.spec->'timeout' as timeout,
  r.notebook_id, r.number, jsonb_path_query_array(r.spec, '$.dag.params[*].name') as names
from run r where r.workspace_id = $1 and r.id = $2`;

/** $1 workspace, $2 notebook, $3 number. */
export const previousRunSql = `
select id, number from run where workspace_id = $1 and notebook_id = $2 and number < $3 and trigger <> 'scratch'
order by number desc limit 1`;

const taskRunRow = `
select t.id, t.task_key, t.map_index, t.status, t.reason, t.attempt, t.queued_at, t.started_at, t.finished_at,
  t.not_before, t.decision, t.cached_from, c.run_id as cached_run, cr.number as cached_number, s.calls, s.live_calls, s.running_calls`;

const taskRunJoins = `
from task_run t
left join task_run c on c.id = t.cached_from
left join run cr on cr.id = c.run_id
left join lateral (
  select count(*)::int as calls, (count(*) filter (where k.status in ('queued', 'running')))::int as live_calls,
    (count(*) filter (where k.status = 'running'))::int as running_calls
  from sub_run b join run k on k.id = b.child_run_id where b.task_run_id = t.id
) s on true`;

/** Runs that a task run started. $1 workspace, $2 task run. */
export const calledRunsSql = `
select r.id, r.number, coalesce(r.spec->'dag'->>'title', r.spec->>'notebook') as notebook_title, r.status, r.message, r.started_at, r.finished_at,
  r.spec->'params' as params, s.try
from sub_run s join run r on r.id = s.child_run_id
where s.workspace_id = $1 and r.workspace_id = $1 and s.task_run_id = $2 order by s.call, r.number limit 1000`;

/** The task run that started a run. $1 workspace, $2 run. */
export const calledBySql = `
select s.parent_run_id, p.number, s.task_run_id, t.map_index, t.task_key,
  (select task->>'title' from jsonb_array_elements(p.spec->'dag'->'tasks') task where task->>'key' = t.task_key) as title
from sub_run s join run p on p.id = s.parent_run_id join task_run t on t.id = s.task_run_id
where s.workspace_id = $1 and p.workspace_id = $1 and s.child_run_id = $2`;

/** $1 workspace, $2 run, $3 tasks whose elements are left out. */
export const taskRunRowsSql = `${taskRunRow} ${taskRunJoins} where t.workspace_id = $1 and t.run_id = $2
  and t.reason is distinct from 'cleared' and (t.map_index is null or t.task_key <> all($3))`;

/** $1 workspace, $2 task run ids, $3 tasks whose elements are left out. */
export const taskRunRowsByIdSql = `${taskRunRow} ${taskRunJoins} where t.workspace_id = $1 and t.id = any($2)
  and (t.map_index is null or t.task_key <> all($3))`;

/** Fan-outs of more elements than $3. $1 workspace, $2 run. */
export const largeGroupsSql = `
select task_key from task_run where workspace_id = $1 and run_id = $2 and map_index is null and expanded > $3`;

/** $1 workspace, $2 run, $3 tasks. */
export const groupCountsSql = `
select task_key, status, count(*)::int as count, min(queued_at) as queued_at, min(started_at) as started_at, max(finished_at) as finished_at
from task_run
where workspace_id = $1 and run_id = $2 and task_key = any($3) and map_index is not null and reason is distinct from 'cleared'
group by task_key, status`;

/** The first element of each that failed by itself. $1 workspace, $2 run, $3 tasks. */
export const groupCulpritsSql = `
select * from (
  ${taskRunRow}, row_number() over (partition by t.task_key order by t.finished_at, t.map_index) as place ${taskRunJoins}
  where t.workspace_id = $1 and t.run_id = $2 and t.task_key = any($3) and t.map_index is not null and t.status = 'failed'
    and t.reason is distinct from 'upstream-failed'
) failed where place = 1`;

/** $1 workspace, $2 run, $3 task, $4 state or null, $5 limit, $6 offset, $7 whether by their starts. */
export const elementPageSql = `${taskRunRow} ${taskRunJoins}
where t.workspace_id = $1 and t.run_id = $2 and t.task_key = $3 and t.map_index is not null and t.reason is distinct from 'cleared'
  and ($4::text is null or t.status = $4)
order by case when $7 then coalesce(t.started_at, t.finished_at) end, t.map_index limit $5 offset $6`;

/** $1 workspace, $2 run, $3 task, $4 state or null. */
export const elementCountSql = `
select count(*)::int as total from task_run t
where t.workspace_id = $1 and t.run_id = $2 and t.task_key = $3 and t.map_index is not null and t.reason is distinct from 'cleared'
  and ($4::text is null or t.status = $4)`;

/** Values of tasks as a whole. $1 workspace, $2 run, $3 task keys. */
export const taskOutputsSql = `
select task_key, outputs from task_run where workspace_id = $1 and run_id = $2 and task_key = any($3) and map_index is null`;

/** $1 workspace, $2 task run. */
export const taskRunDetailSql = `
${taskRunRow}, t.run_id, t.error, t.displays, t.outputs, t.elements, t.why, r.spec->'params' as params,
  (select task from jsonb_array_elements(r.spec->'dag'->'tasks') task where task->>'key' = t.task_key) as task
${taskRunJoins}
join run r on r.id = t.run_id
where t.workspace_id = $1 and t.id = $2`;

/** $1 workspace, $2 task run. */
export const attemptsSql = `
select attempt, status, reason, error, handle, started_at, finished_at, duration_ms, cpu_ms, peak_memory_bytes::float8 as peak_memory_bytes,
  log_records, log_cut
from attempt where workspace_id = $1 and task_run_id = $2 order by attempt`;

/** Of the newest attempt that left any. $1 workspace, $2 task run. */
export const artifactsSql = `
select name, type, value, metadata from artifact a
where workspace_id = $1 and task_run_id = $2
  and attempt = (select max(attempt) from artifact where workspace_id = $1 and task_run_id = $2)
order by seq`;

/** Task runs that changed after a revision of their run. $1 workspace, $2 run, $3 revision. */
export const changedTaskRunsSql = `
select seq, event->'taskRuns' as task_runs from run_event where workspace_id = $1 and run_id = $2 and seq > $3 order by seq`;

/** The newest task run of each task over the newest fifty runs of a notebook. $1 workspace, $2 notebook. */
export const cellStatesSql = `
with recent as materialized (
  select id, number from run where workspace_id = $1 and notebook_id = $2 and trigger <> 'scratch' order by number desc limit 50
), newest as materialized (
  select distinct on (t.task_key) t.id
  from recent r join task_run t on t.run_id = r.id
  where t.workspace_id = $1 and t.map_index is null and t.reason is distinct from 'not-targeted'
  order by t.task_key, r.number desc
)
${taskRunRow}, t.run_id, r.number as run_number, r.status as run_status, t.error, t.displays, t.outputs, r.spec->'params' as params,
  (select task->>'fingerprint' from jsonb_array_elements(r.spec->'dag'->'tasks') task where task->>'key' = t.task_key) as fingerprint,
  case when t.expanded > 0 then (
    select json_object_agg(status, count) from (
      select e.status, count(*)::int as count from task_run e
      where e.run_id = t.run_id and e.task_key = t.task_key and e.map_index is not null
        and e.reason is distinct from 'cleared' group by e.status) by_status
  ) end as elements
${taskRunJoins}
join run r on r.id = t.run_id
where t.workspace_id = $1 and t.id in (select id from newest)`;

/** $1 workspace, $2 notebook. */
export const activeRunSql = `
select id from run
where workspace_id = $1 and notebook_id = $2 and status in ('queued', 'running') and trigger <> 'scratch' order by number desc limit 1`;

/** Approvals that nobody has answered, longest waiting first. $1 workspace. */
export const inboxSql = `
select t.id as task_run_id, t.task_key, t.started_at as since, t.not_before, r.id as run_id, r.number, r.notebook_id, u.name as created_by,
  coalesce(r.spec->'dag'->>'title', n.title, r.spec->>'notebook', 'Notebook') as notebook_title, task.task
from task_run t
join run r on r.id = t.run_id
join lateral (
  select task from jsonb_array_elements(r.spec->'dag'->'tasks') task where task->>'key' = t.task_key
) task on task.task->>'kind' = 'approval'
left join notebook n on n.id = r.notebook_id
left join "user" u on u.id = r.created_by
where t.workspace_id = $1 and t.waits and r.status = 'running'
order by t.started_at, t.id limit 500`;

/** What people did, oldest first. $1 workspace, $2 run. */
export const actsSql = `
select e.seq, e.at, act from run_event e cross join lateral jsonb_array_elements(e.event->'acts') act
where e.workspace_id = $1 and e.run_id = $2 and e.event ? 'acts' order by e.seq`;
