/** $1 run, in all three. */
export const reportRunSql = `
select status, reason, message, spec,
  coalesce(extract(epoch from coalesce(finished_at, clock_timestamp()) - created_at) * 1000, 0)::float8 as duration_ms
from run where id = $1`;

export const reportTasksSql = `
select task_key, map_index, status, reason, attempt, cached_from, error,
  (extract(epoch from finished_at - started_at) * 1000)::float8 as duration_ms
from task_run t where run_id = $1
  and (map_index is not null or not exists (
    select 1 from task_run e where e.run_id = t.run_id and e.task_key = t.task_key and e.map_index is not null)
    and (expanded is null or expanded > 0 or status not in ('succeeded', 'cached')))
order by min(split_part(id, '-', 2)::int) over (partition by task_key), map_index nulls first`;

/** A cached task run has the points of the one whose result it reuses. */
export const reportMetricsSql = `
select s.name, count(*)::int as count, (array_agg(p.value order by p.step desc, p.time desc, p.seq desc))[1] as last,
  min(p.value) filter (where p.value <> 'NaN') as min, max(p.value) filter (where p.value <> 'NaN') as max
from task_run t join task_run o on o.id = coalesce(t.cached_from, t.id)
join metric_series s on s.task_run_id = o.id and s.attempt = o.attempt
join metric_point p on p.series_id = s.id
where t.run_id = $1 group by s.name order by s.name`;
