/** Who calls whom and holds which lock meanwhile: server/run/lock-cycles.ts. */

const taskOf = (run: string, key: string) =>
  `(select task from jsonb_array_elements(${run}.spec->'dag'->'tasks') task where task->>'key' = ${key})`;

/** Locks of a task run and of those that wait for its run, nearest first. $1 task run. Working out a fan-out holds none. */
export const heldLocksSql = `
with recursive callers as (
  select t.id, t.run_id, t.task_key, t.map_index, 0 as above from task_run t where t.id = $1
  union all
  select t.id, t.run_id, t.task_key, t.map_index, c.above + 1
  from callers c join sub_run s on s.child_run_id = c.run_id join task_run t on t.id = s.task_run_id
)
select task->'options'->>'lock' as lock, coalesce(l.slots, 1) as permits, r.number,
  coalesce(nullif(task->>'title', ''), task->>'key') as title
from callers c
join run r on r.id = c.run_id
cross join lateral ${taskOf("r", "c.task_key")} as one(task)
left join concurrency_limit l on l.workspace_id = r.workspace_id and l.kind = 'lock' and l.name = task->'options'->>'lock'
where task->'options'->>'lock' is not null and not (c.map_index is null and task ? 'each')
order by c.above`;

/** Task runs that wait for a run, or for one that waits for it. $1 run. */
export const callersSql = `
with recursive callers as (
  select s.task_run_id, s.parent_run_id from sub_run s where s.child_run_id = $1
  union all
  select s.task_run_id, s.parent_run_id from callers c join sub_run s on s.child_run_id = c.parent_run_id
)
select task_run_id from callers`;

/** Locks that tasks wait for in runs that a task run waits for. $1 workspace, $2 task run. */
export const locksBelowSql = `
with recursive below as (
  select s.child_run_id as id from sub_run s where s.workspace_id = $1 and s.task_run_id = $2
  union all
  select s.child_run_id from below b join sub_run s on s.parent_run_id = b.id
)
select distinct task->'options'->>'lock' as lock
from below b
join run r on r.id = b.id and r.status in ('queued', 'running')
join task_run t on t.run_id = r.id and t.status = 'queued' and t.not_before is null
cross join lateral ${taskOf("r", "t.task_key")} as one(task)
where task->'options'->>'lock' is not null and not (t.map_index is null and task ? 'each')
order by 1`;
