/** [sql] cells: what they give, and that every table and `$parameter` of their query means something. */
import type { Names } from "./find-names";
import { isOneEditAway, readNames } from "./parse-options";
import { readSql, type SqlName, type SqlText } from "./read-sql";
import type { CompiledCell } from "./read-cells";
import { placeInHeader, placeInSource, placeOfOption, type Reporter } from "./reporter";

const known = new WeakMap<object, SqlText>();

/** A cell is read once, however often the notebook is compiled. */
export function sqlOf({ cell }: Pick<CompiledCell, "cell">): SqlText {
  let sql = known.get(cell);
  if (!sql) known.set(cell, (sql = readSql(cell.source)));
  return sql;
}

export function checkSql(cells: readonly CompiledCell[], names: Names, reporter: Reporter): void {
  for (const cell of cells) if (cell.kind === "sql") checkCell(cell, cells, names, reporter);
}

function checkCell(cell: CompiledCell, cells: readonly CompiledCell[], names: Names, reporter: Reporter): void {
  const { out } = cell.parsed.settings;
  const { tables, parameters, statements } = sqlOf(cell);
  const given = out === undefined ? undefined : readNames(out);
  if (given && (!("value" in given) || given.value.length !== 1)) {
    reporter.bar(cell);
    reporter.report(
      "bad-header",
      placeOfOption(cell, "out"),
      `out= of a [sql] cell is one name: the result of its last statement. out=rows, say.`,
    );
  }
  if (statements.length === 0) {
    reporter.bar(cell);
    const place = placeInHeader(cell, (spans) => spans.kind);
    reporter.report("bad-header", place, `A [sql] cell needs a query below its header, such as select * from rows.`);
  }
  const refuse = (at: SqlName, message: string) => {
    reporter.bar(cell);
    reporter.report("syntax-error", placeInSource(cell, at), message);
  };
  for (const at of tables) {
    const found = names.resolve(at.name, cell);
    if (found?.travels === "value") {
      if (found.home === cell) refuse(at, `"${at.name}" is what this cell gives (out=): it cannot read it too.`);
    } else if (found?.travels === "param") {
      refuse(at, `"${at.name}" is a parameter, not a table. Write $${at.name} where its value belongs.`);
    } else if (found) refuse(at, `"${at.name}" travels as source, which is no table. Compute a value with it in a code cell.`);
    else {
      const hint = offer(at.name, cells, ["value"]);
      refuse(
        at,
        `There is no table "${at.name}": no cell defines a value of this name.${hint} A file is named in quotes: 'data/cars.csv'.`,
      );
    }
  }
  for (const at of parameters) {
    const found = names.resolve(at.name, cell);
    if (found?.travels === "param" || (found?.travels === "value" && found.home !== cell)) continue;
    refuse(at, `No cell defines "${at.name}", which the query takes as $${at.name}.${offer(at.name, cells, ["param", "value"])}`);
  }
}

function offer(name: string, cells: readonly CompiledCell[], kinds: readonly string[]): string {
  for (const { definitions } of cells) {
    for (const { name: other, travels } of definitions.values()) {
      if (kinds.includes(travels) && (isOneEditAway(other, name) || other.toLowerCase() === name.toLowerCase()))
        return ` Did you mean "${other}"?`;
    }
  }
  return "";
}
