/** Permits: the statements of one short transaction under the rows of `permit_gate`. See pipelines/limit/permits.ts. */

/** Alone with these workspaces until the commit, but never for long: a frozen server must not hold up the others. */
export const beginPermitsSql =
  "begin; set local idle_in_transaction_session_timeout = '5s'; set local lock_timeout = '10s'; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off";

/** $1 workspaces. */
export const makeGatesSql = "insert into permit_gate (workspace_id) select unnest($1::text[]) order by 1 on conflict do nothing";

/** $1 workspaces. In one order everywhere. */
export const lockGatesSql = "select workspace_id from permit_gate where workspace_id = any($1) order by workspace_id for update";

/**
 * $1 workspaces, $2 resources (pairs), $3 `holder/attempt` of those who ask now: what a lost answer gave them is theirs again,
 * not in their way. What the limit says, and what is taken, from the live attempts and runs.
 */
export const permitStateSql = `
select a.workspace_id, a.resource, l.kind is not null as found, l.slots, l.runs, l.rate_count, l.rate_seconds,
  coalesce(s.used, 0) as used, coalesce(s.holders, '{}') as holders, coalesce(s.starts, '{}') as starts, coalesce(s.dead, '{}') as dead,
  (extract(epoch from clock_timestamp()) * 1000)::float8 as now
from unnest($1::text[], $2::text[]) as a(workspace_id, resource)
left join concurrency_limit l on l.workspace_id = a.workspace_id
  and l.kind = split_part(split_part(a.resource, '/', 1), '-', 1) and l.name = substr(a.resource, strpos(a.resource, '/') + 1)
left join lateral (
  select (count(*) filter (where p.live))::int as used,
    array_agg(p.holder) filter (where p.live and p.attempt = 0) as holders,
    array_agg(p.at order by p.at) filter (where p.at > p.since) as starts,
    array_agg(p.holder || '/' || p.attempt) filter (where not p.live and p.at <= p.since) as dead
  from (
    select p.holder, p.attempt, permit_is_live(p, r, t) as live, (extract(epoch from p.taken_at) * 1000)::float8 as at,
      case when l.rate_seconds is null then 'infinity'::float8 else extract(epoch from clock_timestamp()) * 1000 - l.rate_seconds * 1000.0 end as since
    from permit p left join run r on r.id = p.run_id left join task_run t on t.id = p.holder
    where p.workspace_id = a.workspace_id and p.resource = a.resource and p.holder || '/' || p.attempt <> all($3::text[])
  ) p
) s on true`;

/** $1 workspaces, $2 resources, $3 holders, $4 attempts, $5 runs, $6 owner; $7 to $10 the first four of what is dead. */
export const takePermitsSql = `
with swept as (
  delete from permit p using unnest($7::text[], $8::text[], $9::text[], $10::int[]) as d(workspace_id, resource, holder, attempt)
  where p.workspace_id = d.workspace_id and p.resource = d.resource and p.holder = d.holder and p.attempt = d.attempt
)
insert into permit (workspace_id, resource, holder, attempt, run_id, owner)
select n.*, $6 from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[]) as n(workspace_id, resource, holder, attempt, run_id)
on conflict (workspace_id, resource, holder, attempt) do update set owner = excluded.owner, taken_at = clock_timestamp()`;

export const commitPermitsSql = "commit transaction";

/** Attempts that run already, when a limit is made that they count for: as takePermitsSql, $1 to $6. */
export const labelPermitsSql = `
insert into permit (workspace_id, resource, holder, attempt, run_id, owner)
select n.*, $6 from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[]) as n(workspace_id, resource, holder, attempt, run_id)
on conflict do nothing`;

/** $1 holders, $2 attempts, $3 owner: taken and not wanted after all. */
export const giveBackPermitsSql = `
delete from permit p using unnest($1::text[], $2::int[]) as b(holder, attempt)
where p.holder = b.holder and p.attempt = b.attempt and p.owner = $3
  and not exists (select from task_run t where t.id = p.holder and t.attempt >= p.attempt)`;

/** $1 holder, $2 attempt: it waits for other runs, and others may have its places in pools. */
export const layDownPermitsSql = "delete from permit where holder = $1 and attempt = $2 and resource like 'pool/%'";

/** $1 owner: what an earlier life of this server took and never used. */
export const forgetPermitsSql = `
delete from permit p where p.owner = $1 and p.attempt > 0
  and not exists (select from task_run t where t.id = p.holder and t.attempt >= p.attempt)`;

export const limitsSql =
  "select workspace_id, kind, name, slots, runs, rate_count, rate_seconds, labels from concurrency_limit order by workspace_id, kind, name";
