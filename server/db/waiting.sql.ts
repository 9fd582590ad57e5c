/** What "why is this waiting?" reads. Always inside `workspaceRead`; the predicate on the workspace stands in each all the same. */

/** $1 workspace, $2 task run. */
export const waitingTaskSql = `
select t.id, t.run_id, t.task_key, t.map_index, t.status, t.attempt, t.not_before, t.queued_until, r.notebook_id, r.status as run_status,
  coalesce(r.owner_until < clock_timestamp(), true) as abandoned, coalesce(r.control->'paused' <> 'null'::jsonb, false) as paused,
  (select task from jsonb_array_elements(r.spec->'dag'->'tasks') task where task->>'key' = t.task_key) as task,
  a.status as attempt_status
from task_run t join run r on r.id = t.run_id left join attempt a on a.task_run_id = t.id and a.attempt = t.attempt
where t.workspace_id = $1 and t.id = $2`;

/** What a task needs that has not ended. $1 workspace, $2 run, $3 task keys; null: all but late ones. */
export const openTasksSql = `
select t.id, t.task_key, t.status,
  (select task->>'title' from jsonb_array_elements(r.spec->'dag'->'tasks') task where task->>'key' = t.task_key) as title
from task_run t join run r on r.id = t.run_id
where t.workspace_id = $1 and t.run_id = $2 and t.map_index is null and ($3::text[] is null or t.task_key = any($3))
  and t.status in ('blocked', 'queued', 'running', 'waiting')`;

/** Live holders, oldest first. $1 workspace, $2 resources. */
export const holdersSql = `
select p.resource, p.run_id, r.number, coalesce(r.spec->'dag'->>'title', n.title, r.spec->>'notebook', 'Notebook') as notebook, p.taken_at,
  t.id as task_run_id, t.map_index,
  (select coalesce(nullif(task->>'title', ''), task->>'key') from jsonb_array_elements(r.spec->'dag'->'tasks') task where task->>'key' = t.task_key) as title
from permit p
join run r on r.id = p.run_id and r.workspace_id = p.workspace_id
left join task_run t on t.id = p.holder and p.attempt > 0
left join notebook n on n.id = r.notebook_id
where p.workspace_id = $1 and p.resource = any($2) and permit_is_live(p, r, t)
order by p.taken_at, length(t.id), t.id
limit 500`;

/** Queued task runs with what they ask for, in the order they are served. $1 workspace. */
export const waitersSql = `
select t.id as task_run_id, t.run_id, t.map_index, t.queued_at, r.number, r.notebook_id, r.status as run_status,
  coalesce(r.spec->'dag'->>'title', n.title, r.spec->>'notebook', 'Notebook') as notebook,
  task->'options'->>'pool' as pool, task->'options'->>'lock' as lock, coalesce(nullif(task->>'title', ''), task->>'key') as title,
  t.map_index is null and task ? 'each' as expands
from run r
join task_run t on t.run_id = r.id and t.status = 'queued' and t.not_before is null
cross join lateral (select task from jsonb_array_elements(r.spec->'dag'->'tasks') task where task->>'key' = t.task_key) as one(task)
left join notebook n on n.id = r.notebook_id
where r.workspace_id = $1 and r.status in ('queued', 'running')
order by (task->'options'->>'priority')::int desc, r.id, length(t.id), t.id
limit 1000`;
