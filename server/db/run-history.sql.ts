/** What pages read of many runs at once, and of the history of one. Always inside `workspaceRead`. */

/** The newest runs of a notebook with the outline of their plans. $1 workspace, $2 notebook, $3 below this number or null, $4 limit. */
export const gridRunsSql = `
select r.id, r.number, r.status, r.trigger, r.created_at, r.started_at, r.finished_at,
  (select json_agg(json_build_array(task->>'key', task->>'title', task->'each' is not null and task->'each' <> 'null'::jsonb) order by n)
   from jsonb_array_elements(r.spec->'dag'->'tasks') with ordinality as t(task, n)) as tasks
from run r
where r.workspace_id = $1 and r.notebook_id = $2 and r.trigger <> 'scratch' and ($3::int is null or r.number < $3)
order by r.number desc limit $4`;

/** One row a task of each run; a fan-out with its elements by state and from the first one's start to the last one's end. $1 workspace, $2 runs. */
export const gridCellsSql = `
with elements as (
  select run_id, task_key, json_object_agg(status, count) as counts, min(started) as started, max(finished) as finished
  from (select run_id, task_key, status, count(*)::int as count, min(started_at) as started, max(finished_at) as finished
        from task_run where workspace_id = $1 and run_id = any($2) and map_index is not null group by run_id, task_key, status) by_status
  group by run_id, task_key
)
select t.run_id, t.task_key, t.id, t.status, t.reason, t.attempt, e.counts,
  coalesce(e.started, t.started_at) as started_at, case when t.finished_at is not null then coalesce(e.finished, t.finished_at) end as finished_at
from task_run t left join elements e on e.run_id = t.run_id and e.task_key = t.task_key
where t.workspace_id = $1 and t.run_id = any($2) and t.map_index is null`;

/**
 * What happened in a run, newest first; what happened to many elements of a fan-out at once is one line.
 * $1 workspace, $2 run, $3 below this seq or null, $4 task or null, $5 limit.
 */
export const runEventsSql = `
with page as materialized (
  select e.seq, e.at, e.event from run_event e
  where e.workspace_id = $1 and e.run_id = $2 and ($3::int is null or e.seq < $3)
    and ($4::text is null or exists (
      select from jsonb_array_elements(e.event->'taskRuns') c join task_run t on t.id = c->>0 where t.task_key = $4))
  order by e.seq desc limit $5
)
select p.seq, p.at, p.event->>'status' as status, p.event->'acts' as acts, c.changes
from page p
left join lateral (
  select json_agg(json_build_object('taskKey', task_key, 'status', status, 'reason', reason, 'attempt', attempt, 'count', count,
    'taskRunId', first, 'mapIndex', case when count = 1 then map_index end, 'elements', elements) order by first) as changes
  from (
    select t.task_key, c->>1 as status, c->>3 as reason, max((c->>2)::int) as attempt, count(*)::int as count, min(t.id) as first,
      min(t.map_index) as map_index, t.map_index is not null as elements
    from jsonb_array_elements(p.event->'taskRuns') c join task_run t on t.id = c->>0
    where $4::text is null or t.task_key = $4
    group by t.task_key, c->>1, c->>3, t.map_index is not null
  ) grouped
) c on true
order by p.seq desc`;
