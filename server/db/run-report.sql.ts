/** $1 run, in all three. */
export const reportRunSql = `
select status, reason, message, spec,
  coalesce(extract(epoch from coalesce(finished_at, clock_timestamp()) - created_at) * 1000, 0)::float8 as duration_ms
from run where id = $1`;

/** In the order of the graph. The row that stands for a fan-out as a whole gives way to its elements. */
export const reportTasksSql = `
with all_of_run as (
  select *, min(split_part(id, '-', 2)::int) over (partition by task_key) as place, count(map_index) over (partition by task_key) as mapped
  from task_run where run_id = $1
)
select task_key, map_index, status, reason, attempt, cached_from, error,
  (extract(epoch from finished_at - started_at) * 1000)::float8 as duration_ms
from all_of_run
where map_index is not null or (mapped = 0 and (expanded is null or status not in ('succeeded', 'cached')))
order by place, map_index`;

/** A cached task run has the points of the one whose result it reuses. */
export const reportMetricsSql = `
select s.name, count(*)::int as count, (array_agg(p.value order by p.step desc, p.time desc, p.seq desc))[1] as last,
  min(p.value) filter (where p.value <> 'NaN') as min, max(p.value) filter (where p.value <> 'NaN') as max
from task_run t join task_run o on o.id = coalesce(t.cached_from, t.id)
join metric_series s on s.task_run_id = o.id and s.attempt = o.attempt
join metric_point p on p.series_id = s.id
where t.run_id = $1 group by s.name order by s.name`;

/** What each task of a notebook showed last. $1 workspace, $2 notebook. */
export const lastDisplaysSql = `
select distinct on (t.task_key) t.task_key, t.displays, t.error
from run r join task_run t on t.run_id = r.id
where r.workspace_id = $1 and r.notebook_id = $2 and t.map_index is null and t.reason is distinct from 'not-targeted'
  and t.status in ('succeeded', 'cached', 'failed')
order by t.task_key, r.number desc`;
