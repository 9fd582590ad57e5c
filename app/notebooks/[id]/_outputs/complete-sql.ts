/** Completion of a query: tables and files where a table can stand, columns of the tables it names, `$parameters`, words. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { readSql, tokenizeSql } from "@/pipelines/compile/read-sql";
import type { KnownTables } from "./known-tables";

const words = (
  "select from where group by order having limit join left inner outer cross on using as and or not in is null case when then else end " +
  "distinct union all with count sum avg min max round coalesce cast between like asc desc over partition qualify unnest list exists"
).split(" ");
const tablePlace = /\b(?:from|join|into|summarize|describe|pivot|update)\s+(?:[\w".]+\s*(?:as\s+)?\w*\s*,\s*)*$/i;

export async function completeSql(context: CompletionContext, known: KnownTables | undefined): Promise<CompletionResult | null> {
  if (!known) return null;
  const text = context.state.doc.toString();
  const before = text.slice(0, context.pos);
  const file = /'(?:\.\/)?(?:data\/)?([^'\n]*)$/.exec(before);
  if (file && tablePlace.test(before.slice(0, file.index))) {
    const files = await known.files();
    return { from: file.index + 1, options: files.map((path) => ({ label: `data/${path}`, type: "text" })), validFor: /^[^'\n]*$/ };
  }
  const parameter = /\$(\w*)$/.exec(before);
  if (parameter) {
    const options = [...known.params(), ...known.values().map(({ name }) => name)].map((label) => ({ label, type: "variable" }));
    return { from: context.pos - parameter[1]!.length, options, validFor: /^\w*$/ };
  }
  const word = context.matchBefore(/[\p{ID_Start}_][\p{ID_Continue}]*/u);
  const from = word?.from ?? context.pos;
  const lead = text.slice(0, from);
  const member = /([\p{ID_Start}_][\p{ID_Continue}]*|"[^"]+")\s*\.\s*$/u.exec(lead);
  if (member) {
    const name = member[1]!.replaceAll('"', "");
    const options = await columnsOf(tableOf(name, text), known, 2);
    return options.length > 0 ? { from, options, validFor: /^\w*$/ } : null;
  }
  if (!word && !context.explicit && !tablePlace.test(lead)) return null;
  const values = known.values().map(({ name, table }): Completion => ({
    label: name,
    type: "class",
    detail: table?.summary ?? "not computed yet",
    boost: table ? 1 : 0,
  }));
  if (tablePlace.test(lead)) {
    const files = await known.files();
    const paths = files.map((path): Completion => ({ label: `'data/${path}'`, type: "text", detail: "file", boost: -1 }));
    return { from, options: [...values, ...paths], validFor: /^\w*$/ };
  }
  const { tables, files } = readSql(text);
  const columns = await Promise.all(
    [...tables, ...files.map(({ name }) => ({ name: `data/${name}` }))].map(({ name }) => columnsOf(name, known, 3)),
  );
  const seen = new Set<string>();
  const options = columns.flat().filter(({ label }) => !seen.has(label) && seen.add(label));
  return { from, options: [...options, ...values, ...words.map((label) => ({ label, type: "keyword", boost: -2 }))], validFor: /^\w*$/ };
}

/** `c` in `from cars c`, or `from cars as c`, is `cars`. Pure. */
export function tableOf(name: string, text: string): string {
  const tokens = tokenizeSql(text);
  const { tables, files } = readSql(text);
  for (const table of [...tables, ...files.map((file) => ({ ...file, name: `data/${file.name}` }))]) {
    const at = tokens.findIndex(({ start }) => start === table.start);
    const next = tokens[at + 1]?.text.toUpperCase() === "AS" ? tokens[at + 2] : tokens[at + 1];
    if (next && (next.type === "word" || next.type === "quoted") && next.text.toLowerCase() === name.toLowerCase()) return table.name;
  }
  return name;
}

async function columnsOf(name: string, known: KnownTables, boost: number): Promise<readonly Completion[]> {
  const table = known.tables().find((each) => each.name === name);
  const file = name.startsWith("data/") ? name.slice("data/".length) : undefined;
  const columns = table
    ? await known.columns(table)
    : file === undefined
      ? undefined
      : await known.columns({ file }).catch(() => undefined);
  return (columns ?? []).map(({ name: column, type }) => ({
    label: /^[a-z_]\w*$/i.test(column) ? column : `"${column.replaceAll('"', '""')}"`,
    type: "property",
    detail: `${type} · ${name}`,
    boost,
  }));
}
