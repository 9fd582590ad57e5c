/** The statements of garbage collection and quotas (server/artifact/collect-garbage.ts, storage-ledger.ts). */

/** Where values are referred to. Every other JSON column holds none: storage.test.ts asks about each. */
export const valueColumns = [
  "task_run.outputs",
  "task_run.elements",
  "cache_entry.outputs",
  "cache_entry.elements",
  "artifact.value",
] as const;

/** $1 hours: workspaces that nobody has swept for so long, on any server. */
export const dueSweepsSql = `
select w.id from workspace w where not exists (
  select from storage_sweep s where s.workspace_id = w.id and s.started_at > clock_timestamp() - make_interval(hours => $1))`;

/** $1 name. One sweep of a workspace at a time: held by the connection. */
export const lockSweepSql = "select pg_try_advisory_lock(hashtextextended($1, 0)) as taken";
export const unlockSweepSql = "select pg_advisory_unlock(hashtextextended($1, 0))";

/** $1 id, $2 workspace, $3 trigger. */
export const beginSweepSql = "insert into storage_sweep (id, workspace_id, trigger) values ($1, $2, $3)";
/** $1 id, $2 figures. */
export const endSweepSql = "update storage_sweep set finished_at = clock_timestamp(), figures = $2 where id = $1";
/** $1 id, $2 message. */
export const failSweepSql = "update storage_sweep set finished_at = clock_timestamp(), error = $2 where id = $1";
/** $1 workspace. */
export const forgetSweepsSql = `
delete from storage_sweep where workspace_id = $1
  and id not in (select id from storage_sweep where workspace_id = $1 order by started_at desc limit 50)`;

/** Runs of $1 beyond its retention, and those of scratch cells after a day: ended, not pinned, and no kept run shows their results as its own. */
export const expiredRunsSql = `
with policy as (select p.keep_days, p.keep_last from (select) one left join storage_policy p on p.workspace_id = $1),
ended as (
  select r.id, r.pinned, r.finished_at,
    row_number() over (partition by coalesce(r.notebook_id, ''), r.trigger = 'scratch' order by r.number desc) as rank
  from run r where r.workspace_id = $1
),
old as (
  select e.id from ended e, policy p, run r
  where r.id = e.id and r.status in ('succeeded', 'failed', 'cancelled') and not e.pinned
    and ((r.trigger = 'scratch' and e.finished_at < clock_timestamp() - interval '1 day') or (
      (p.keep_days is not null or p.keep_last is not null)
      and (p.keep_days is null or e.finished_at < clock_timestamp() - make_interval(days => p.keep_days))
      and (p.keep_last is null or e.rank > p.keep_last)
    ))
)
select o.id from old o
where not exists (
  select from task_run t join task_run origin on origin.id = t.cached_from
  where origin.run_id = o.id and t.workspace_id = $1 and t.run_id <> o.id and not exists (select from old other where other.id = t.run_id)
)`;

/** $1 workspace, $2 runs. Rows that hang on a run go with it. */
export const deleteCacheOfRunsSql = `
delete from cache_entry c using task_run t where c.workspace_id = $1 and t.id = c.task_run_id and t.run_id = any($2::text[])`;
export const deleteRunsSql = `
delete from run where workspace_id = $1 and id = any($2::text[]) and not pinned and status in ('succeeded', 'failed', 'cancelled') returning id`;

export const deleteExpiredCacheSql = `delete from cache_entry where workspace_id = $1 and expires_at < clock_timestamp()`;

export const makeReachedSql = "create temp table heddle_reached (hash text primary key)";
export const dropReachedSql = "drop table if exists heddle_reached";

const hashes = (text: string) => `(regexp_matches(${text}::text, '"hash": ?"([0-9a-f]{64})"', 'g'))[1] as hash`;

/** Every hash that $1 refers to, but for what belongs to the runs $2. A superset does no harm. */
export const markSql = `
insert into heddle_reached (hash)
select ${hashes("outputs")} from task_run where workspace_id = $1 and outputs is not null and run_id <> all($2::text[])
union select ${hashes("elements")} from task_run where workspace_id = $1 and elements is not null and run_id <> all($2::text[])
union select ${hashes("value")} from artifact where workspace_id = $1 and run_id <> all($2::text[])
union select ${hashes("outputs::text || coalesce(elements::text, '')")} from cache_entry
  where workspace_id = $1 and not (task_run_id in (select id from task_run where run_id = any($2::text[])))`;

/** $1 hashes → those that nothing refers to. */
export const unreachedSql = `select h.hash from unnest($1::text[]) h(hash) where not exists (select from heddle_reached r where r.hash = h.hash)`;

/** $1 workspace, $2 hashes that nothing refers to, $3 the others of the same look. */
export const condemnSql = `
with spared as (delete from condemned_value where workspace_id = $1 and hash = any($3::text[]))
insert into condemned_value (workspace_id, hash, since) select $1, unnest($2::text[]), clock_timestamp() on conflict do nothing`;

/** $1 workspace, $2 hashes, $3 seconds of grace, $4 seconds after which a sweep that was removing is believed dead. */
export const claimCondemnedSql = `
update condemned_value set deleting = clock_timestamp()
where workspace_id = $1 and hash = any($2::text[]) and since <= clock_timestamp() - make_interval(secs => $3)
  and (deleting is null or deleting < clock_timestamp() - make_interval(secs => $4))
returning hash`;

export const forgetCondemnedSql = `delete from condemned_value where workspace_id = $1 and hash = any($2::text[])`;

/** $1 workspace. Of objects that somebody else took away. */
export const forgetOldCondemnedSql =
  "delete from condemned_value where workspace_id = $1 and since < clock_timestamp() - interval '30 days'";

/** $1 workspace, $2 hash, $3 as $4 above. Gives a row while a sweep is removing it. */
export const spareSql = `
with spared as (
  delete from condemned_value where workspace_id = $1 and hash = $2
    and (deleting is null or deleting < clock_timestamp() - make_interval(secs => $3)) returning hash
)
select hash from condemned_value where workspace_id = $1 and hash = $2 and not exists (select from spared)`;

/** $1 workspace, $2 hash: stored results that hold it are no results. */
export const forgetResultsSql = `
delete from cache_entry where workspace_id = $1 and (outputs::text like '%' || $2 || '%' or elements::text like '%' || $2 || '%')`;

export const knownRunsSql = `select id from run where workspace_id = $1 and id = any($2::text[])`;

export const roomSql = `
select w.id, p.quota_bytes::float8 as quota, u.used_bytes::float8 as used
from (select $1::text as id) w left join storage_policy p on p.workspace_id = w.id left join storage_usage u on u.workspace_id = w.id`;

export const addUsageSql = `
update storage_usage set used_bytes = used_bytes + $2 where workspace_id = $1`;

export const setUsageSql = `
insert into storage_usage (workspace_id, used_bytes) values ($1, $2)
on conflict (workspace_id) do update set used_bytes = $2, measured_at = clock_timestamp()`;

/** Bytes of the values that each notebook's runs refer to; what several share counts for each. */
export const usageByNotebookSql = `
with refs as (
  select r.notebook_id, v.ref->>'hash' as hash, (v.ref->>'bytes')::float8 as bytes
  from task_run t join run r on r.id = t.run_id
  cross join lateral jsonb_each(case when json_typeof(t.outputs) = 'object' then t.outputs::jsonb else '{}'::jsonb end) o
  cross join lateral jsonb_array_elements(case when o.value ? 'list' then o.value->'list' else jsonb_build_array(o.value) end) v(ref)
  where t.workspace_id = $1 and not (v.ref ? 'inline')
  union
  select r.notebook_id, a.value->>'hash', (a.value->>'bytes')::float8 from artifact a join run r on r.id = a.run_id
  where a.workspace_id = $1 and not (a.value::jsonb ? 'inline')
)
select refs.notebook_id as id, n.title, sum(refs.bytes)::float8 as bytes, count(*)::int as objects
from refs left join notebook n on n.id = refs.notebook_id and n.workspace_id = $1
group by 1, 2 order by 3 desc limit 50`;
