-- What a cell shows is kept as it wrote it: jsonb would put the keys of its objects in an order of its own.
alter table task_run alter column displays type json using displays::json;
alter table cache_entry alter column displays type json using displays::json;
