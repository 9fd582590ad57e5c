/** What attempts used over time. One row an attempt, replaced as it grows. */

/** $1 task runs, $2 attempts, $3 workspaces, $4 runs, $5 lists of samples as JSON: [at, cpu, memory]. A run that is gone takes none. */
export const saveUsageSql = `
insert into attempt_usage (task_run_id, attempt, workspace_id, run_id, at_ms, cpu_ms, memory_bytes)
select i.task_run_id, i.attempt, i.workspace_id, i.run_id,
  array(select (s->>0)::bigint from jsonb_array_elements(i.samples) s), array(select (s->>1)::int from jsonb_array_elements(i.samples) s),
  array(select (s->>2)::bigint from jsonb_array_elements(i.samples) s)
from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::jsonb[]) as i(task_run_id, attempt, workspace_id, run_id, samples)
join run r on r.id = i.run_id
on conflict (task_run_id, attempt) do update
set at_ms = excluded.at_ms, cpu_ms = excluded.cpu_ms, memory_bytes = excluded.memory_bytes`;

/** $1 task run, $2 attempt. */
export const loadUsageSql = `
select at_ms::float8[] as at, cpu_ms as cpu, memory_bytes::float8[] as memory from attempt_usage where task_run_id = $1 and attempt = $2`;

/** $1 workspace, $2 task run. */
export const taskUsageSql = `
select u.attempt, u.at_ms::float8[] as at, u.cpu_ms as cpu, u.memory_bytes::float8[] as memory,
  (extract(epoch from a.started_at) * 1000)::float8 as started
from attempt_usage u left join attempt a on a.task_run_id = u.task_run_id and a.attempt = u.attempt
where u.workspace_id = $1 and u.task_run_id = $2 order by u.attempt`;

/**
 * All attempts of a run together, in $3 equal parts of the time. Samples of an attempt are never farther apart than a part is
 * long, because an attempt keeps more of them than there are parts. $1 workspace, $2 run, $3 parts.
 */
export const runUsageSql = `
with samples as (
  select u.task_run_id, u.attempt, s.at, s.memory, s.cpu - lag(s.cpu, 1, 0) over w as used,
    s.at - coalesce(lag(s.at) over w, extract(epoch from a.started_at) * 1000) as passed
  from attempt_usage u left join attempt a on a.task_run_id = u.task_run_id and a.attempt = u.attempt
  cross join lateral unnest(u.at_ms, u.cpu_ms, u.memory_bytes) as s(at, cpu, memory)
  where u.workspace_id = $1 and u.run_id = $2
  window w as (partition by u.task_run_id, u.attempt order by s.at)
), span as (
  select min(at) as first, greatest(1100, (max(at) - min(at) + $3) / $3) as width from samples
), parts as (
  select (s.at - span.first) / span.width as part, max(s.at) as at, s.task_run_id, s.attempt, max(s.memory) as memory,
    greatest(0, sum(s.used))::float8 / nullif(greatest(0, sum(s.passed)), 0)::float8 as cores
  from samples s, span group by 1, 3, 4
)
select max(at)::float8 as at, count(*)::int as attempts, sum(memory)::float8 as memory,
  coalesce(sum(cores), 0)::float8 as cores
from parts group by part order by part`;
