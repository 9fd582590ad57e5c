-- What a cell shows is kept as it wrote it: jsonb would put the keys of its objects in an order of its own. So are values, which
-- hold what one sees of them before their bytes are asked for.
alter table task_run alter column displays type json using displays::json,
  alter column outputs type json using outputs::json,
  alter column elements type json using elements::json;
alter table cache_entry alter column displays type json using displays::json,
  alter column outputs type json using outputs::json,
  alter column elements type json using elements::json;
alter table artifact alter column value type json using value::json;
