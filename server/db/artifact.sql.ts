/** $1 id, $2 workspace, $3 run, $4 task run, $5 attempt, $6 seq, $7 name, $8 type, $9 metadata, $10 value. */
export const recordArtifactSql = `
insert into artifact (id, workspace_id, run_id, task_run_id, attempt, seq, name, type, metadata, value)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::json)
on conflict (task_run_id, attempt, seq) do nothing`;
