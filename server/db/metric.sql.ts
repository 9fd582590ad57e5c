/** Appending metrics. A point arrives any number of times under (series, seq) and is kept once. */

/** $1 workspaces, $2 runs, $3 task runs, $4 attempts, $5 task keys, $6 map indices, $7 names: sorted by the caller. */
export const ensureSeriesSql = `
with input as (
  select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::int[], $7::text[])
    as i(workspace_id, run_id, task_run_id, attempt, task_key, map_index, name)
), made as (
  insert into metric_series (workspace_id, run_id, task_run_id, attempt, task_key, map_index, name)
  select workspace_id, run_id, task_run_id, attempt, task_key, map_index, name from input
  on conflict (task_run_id, attempt, name) do nothing returning id, task_run_id, attempt, name
)
select id, task_run_id, attempt, name from made
union all
select s.id, s.task_run_id, s.attempt, s.name from metric_series s
join input i on i.task_run_id = s.task_run_id and i.attempt = s.attempt and i.name = s.name`;

export const appendPointsSql = `
insert into metric_point (series_id, seq, step, value, time)
select series_id, seq, step, value, to_timestamp(time / 1000)
from unnest($1::int[], $2::int[], $3::float8[], $4::float8[], $5::float8[]) as p(series_id, seq, step, value, time)
on conflict (series_id, seq) do nothing`;
