/** Colours of SQL as DuckDB speaks it, near enough. Loaded with the first SQL cell. */
import { PostgreSQL, SQLDialect } from "@codemirror/lang-sql";

const dialect = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: `${PostgreSQL.spec.keywords} qualify pivot unpivot asof anti semi positional summarize sample`,
});

/** The language alone: what completes knows the notebook's own tables (sql-completion.ts). */
export const sqlColours = dialect.extension;
