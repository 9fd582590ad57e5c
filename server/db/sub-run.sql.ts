/** The journal of `runNotebook` (prisma/schema.prisma, SubRun): who called which run. Statements of server/run/start-sub-run.ts. */

/**
 * $1 task run, $2 key, $3 nth, $4 attempt. The newest run of this call, and how the attempts between the one that made the
 * call last and this one ended.
 */
export const findCallSql = `
select s.child_run_id, s.try, r.status, r.reason, array(
  select distinct a.status from attempt a where a.task_run_id = $1 and a.attempt >= s.attempt and a.attempt < $4) as between
from sub_run s left join run r on r.id = s.child_run_id
where s.task_run_id = $1 and s.key = $2 and s.nth = $3
order by s.try desc limit 1`;

/** $1 child run, $2 attempt: this attempt makes the call, too. */
export const callAgainSql = "update sub_run set attempt = $2 where child_run_id = $1 and attempt < $2";

/** $1 root run. */
export const countTreeSql = "select count(*)::int as count from sub_run where root_run_id = $1";

/**
 * $1 child run, $2 task run, $3 attempt, $4 key, $5 nth, $6 try, $7 call, $8 notebook, $9 root run, $10 depth. Only the
 * current attempt may call, and one call starts one run: no row comes back otherwise.
 */
export const beginCallSql = `
insert into sub_run (child_run_id, workspace_id, parent_run_id, task_run_id, key, nth, try, call, attempt, notebook, root_run_id, depth)
select $1, t.workspace_id, t.run_id, t.id, $4, $5, $6, $7, $3, $8, $9, $10
from task_run t where t.id = $2 and t.attempt = $3 and t.status = 'running'
on conflict (task_run_id, key, nth, try) do nothing
returning child_run_id, (select created_by from run where id = parent_run_id) as created_by`;

/** $1 child run: who pressed the button, for a run that was journaled and not begun. */
export const callerOfSql = `
select r.created_by from sub_run s join run r on r.id = s.parent_run_id where s.child_run_id = $1`;

/** $1 runs: those that have ended or are not there any more. */
export const endedRunsSql = `
select w.id from unnest($1::text[]) as w(id) left join run r on r.id = w.id
where r.id is null or r.status in ('succeeded', 'failed', 'cancelled')`;

/** $1 run: what its caller is told. */
export const outcomeSql = `
select r.number, r.status, r.reason, r.message, r.spec->>'notebook' as notebook, r.spec->'params' as params,
  r.spec->'dag'->'outputs' as outputs,
  (select json_object_agg(t.task_key, t.outputs) from task_run t
   where t.run_id = r.id and t.map_index is null and r.status = 'succeeded'
     and t.task_key in (select o->>'task' from jsonb_array_elements(r.spec->'dag'->'outputs') o)) as given,
  (select t.error from task_run t where t.run_id = r.id and t.status = 'failed' and t.error is not null
   order by t.finished_at, t.id limit 1) as error
from run r where r.id = $1`;

/** Runs at work whose caller has ended. */
export const orphansSql = `
select s.child_run_id from run c join sub_run s on s.child_run_id = c.id join task_run t on t.id = s.task_run_id
where c.status in ('queued', 'running') and c.reason is distinct from 'cancelled'
  and not exists (select from run_wish w where w.run_id = c.id)
  and t.status in ('succeeded', 'cached', 'failed', 'skipped', 'cancelled')`;
