/** Statements about workers. Times are the database's. */

/** $1 id, $2 workspace, $3 name, $4 host, $5 version, $6 executor, $7 pools, $8 labels, $9 slots, $10 cpus, $11 memory, $12 gpus,
 * $13 server, $14 running. No row: the id is another workspace's. */
export const workerArrivedSql = `
insert into worker (id, workspace_id, name, host, version, executor, pools, labels, slots, cpus, memory_bytes, gpus, server, running)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (id) do update set name = excluded.name, host = excluded.host, version = excluded.version, executor = excluded.executor,
  pools = excluded.pools, labels = excluded.labels, slots = excluded.slots, cpus = excluded.cpus, memory_bytes = excluded.memory_bytes,
  gpus = excluded.gpus, server = excluded.server, running = excluded.running, connected_at = clock_timestamp(), seen_at = clock_timestamp()
where worker.workspace_id is not distinct from excluded.workspace_id
returning draining`;

/** $1 id, $2 workspace, $3 cpu, $4 memory, $5 running, $6 server. No row: it was removed. */
export const workerBeatSql = `
update worker set cpu_load = $3, memory_used = $4, running = $5, server = $6, seen_at = clock_timestamp()
where id = $1 and workspace_id is not distinct from $2 returning draining`;

/** $1 id, $2 server: only the server that it was connected to may say so. */
export const workerLeftSql = "update worker set server = null, running = '{}' where id = $1 and server = $2";

export const drainWorkerSql = "update worker set draining = $3 where id = $1 and workspace_id = $2 returning id";

/** With the pools that each serves: those that it names, but for those that ask for labels, which whoever has them serves. */
export const knownWorkersSql = `
select w.id, w.workspace_id, w.name, w.gpus, w.draining, array(
  select p from unnest(w.pools) p where not exists (
    select from concurrency_limit l where l.workspace_id = w.workspace_id and l.kind = 'pool' and l.name = p and l.labels is not null)
  union select l.name from concurrency_limit l
    where l.workspace_id = w.workspace_id and l.kind = 'pool' and l.labels is not null and w.labels @> l.labels
  order by 1) as pools
from worker w where w.workspace_id is not null order by w.id`;

/** Pools that ask for labels: their tasks never run on a server. */
export const labelledPoolsSql = `
select workspace_id, name from concurrency_limit where kind = 'pool' and labels is not null order by workspace_id, name`;

/** Servers that were killed leave their row; nobody misses it. */
export const forgetServersSql = "delete from worker where workspace_id is null and seen_at < clock_timestamp() - interval '1 day'";

/** $1 id: a server that stops in good order. */
export const serverLeftSql = "delete from worker where id = $1";

/** $1 workspace. Row security shows its own and the servers. */
export const workersSql = `
select id, workspace_id, name, host, version, executor, pools, labels, slots, cpus, memory_bytes::float8 as memory, gpus, cpu_load,
  memory_used::float8 as memory_used, running, draining, server, created_at, connected_at, seen_at,
  server is not null and seen_at > clock_timestamp() - interval '45 seconds' as online
from worker where workspace_id = $1 or workspace_id is null
order by workspace_id nulls first, name, id`;

/** $1 workspace, $2 task run ids: where attempts of it are at work. */
export const runningTasksSql = `
select t.id, t.task_key, t.map_index, t.started_at, r.id as run_id, r.number,
  coalesce((select e ->> 'title' from jsonb_array_elements(r.spec -> 'dag' -> 'tasks') e where e ->> 'key' = t.task_key limit 1), t.task_key) as title
from task_run t join run r on r.id = t.run_id
where t.workspace_id = $1 and t.id = any($2) and t.status = 'running' order by t.started_at nulls last, t.id`;

/** $1 workspace. */
export const servedPoolsSql = "select distinct unnest(pools) as pool from worker where workspace_id = $1";

/** $1 workspace, $2 pool; null: all of them. */
export const poolWorkersSql = `
select name, pools, labels, slots, gpus, coalesce(array_length(running, 1), 0) as taken, draining,
  server is not null and seen_at > clock_timestamp() - interval '45 seconds' as online
from worker where workspace_id = $1 and ($2::text is null or $2 = any(pools)) order by name, id`;

/** $1 task run id, $2 workspace. */
export const taskRunStandsSql = "select status, attempt from task_run where id = $1 and workspace_id = $2";
