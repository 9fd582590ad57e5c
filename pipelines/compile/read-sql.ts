/**
 * What a query names: tables, files, `$parameters`, and its statements. A careful look at its words, not a parser of SQL: what
 * stands where a table can stand is a table, unless the query makes it itself (WITH, CREATE). DuckDB says whether the rest is
 * right. Pure; never throws.
 */
export interface SqlName {
  readonly name: string;
  /** Offsets into the query, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface SqlText {
  readonly tables: readonly SqlName[];
  /** Below `data/`; a name with `*`, `?` or `[` stands for several. */
  readonly files: readonly SqlName[];
  readonly parameters: readonly SqlName[];
  /** Statements that are not empty, without their semicolons. */
  readonly statements: readonly { readonly start: number; readonly end: number }[];
}

interface Token {
  readonly type: "word" | "quoted" | "string" | "parameter" | "sign" | "number";
  /** Of a word, in capitals; of a quoted name, as it is. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const wordPattern = /[\p{ID_Start}_][\p{ID_Continue}$]*/uy;

export function tokenizeSql(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const quoted = (quote: string): string => {
    let value = "";
    let from = at + 1;
    for (;;) {
      const end = text.indexOf(quote, from);
      if (end < 0) {
        at = text.length;
        return value + text.slice(from);
      }
      value += text.slice(from, end);
      if (text[end + 1] !== quote) {
        at = end + 1;
        return value;
      }
      value += quote;
      from = end + 2;
    }
  };
  while (at < text.length) {
    const start = at;
    const char = text[at]!;
    const push = (type: Token["type"], value: string) => tokens.push({ type, text: value, start, end: at });
    if (/\s/.test(char)) at++;
    else if (text.startsWith("--", at)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at + 2);
      at = end < 0 ? text.length : end + 2;
    } else if (char === "'") push("string", quoted("'"));
    else if (char === '"') push("quoted", quoted('"'));
    else if (char === "$") {
      const tag = /^\$[A-Za-z_]*\$/.exec(text.slice(at, at + 100))?.[0];
      wordPattern.lastIndex = at + 1;
      const name = wordPattern.exec(text)?.[0];
      if (tag !== undefined) {
        const end = text.indexOf(tag, at + tag.length);
        const body = text.slice(at + tag.length, end < 0 ? undefined : end);
        at = end < 0 ? text.length : end + tag.length;
        push("string", body);
      } else if (name !== undefined) {
        at += 1 + name.length;
        push("parameter", name);
      } else {
        at++;
        push("sign", char);
      }
    } else {
      wordPattern.lastIndex = at;
      const word = wordPattern.exec(text)?.[0];
      const number = word === undefined ? /^\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?/.exec(text.slice(at, at + 400))?.[0] : undefined;
      at += (word ?? number ?? char).length;
      push(word !== undefined ? "word" : number !== undefined ? "number" : "sign", word ?? number ?? char);
    }
  }
  return tokens;
}

/** After these, inside the brackets of the function, FROM names no table. */
const fromInside = new Set(["EXTRACT", "SUBSTRING", "TRIM", "OVERLAY", "POSITION"]);
const endsFrom = new Set([
  "WHERE",
  "GROUP",
  "HAVING",
  "ORDER",
  "LIMIT",
  "OFFSET",
  "UNION",
  "INTERSECT",
  "EXCEPT",
  "WINDOW",
  "QUALIFY",
  "SELECT",
  "RETURNING",
  "FETCH",
  "SET",
  "VALUES",
]);
/** At the beginning of a statement a table follows. */
const leading = new Set(["SUMMARIZE", "DESCRIBE", "SHOW", "PIVOT", "UNPIVOT", "TABLE", "PIVOT_WIDER", "PIVOT_LONGER"]);
const beginsQuery = new Set(["SELECT", "WITH", "FROM", "VALUES", "PIVOT", "UNPIVOT", "TABLE", "DESCRIBE", "SUMMARIZE", "SHOW"]);

interface Level {
  /** `list`: in what FROM names; `wanted`: a table may stand here. */
  state: "other" | "wanted" | "list";
  /** The function whose brackets these are. */
  readonly call: string;
  readonly begin: number;
}

export function readSql(text: string): SqlText {
  const tokens = tokenizeSql(text);
  const tables: SqlName[] = [];
  const files: SqlName[] = [];
  const parameters: SqlName[] = [];
  const made = findMade(tokens);
  const statements: { start: number; end: number }[] = [];
  const word = (index: number) => (tokens[index]?.type === "word" ? tokens[index].text.toUpperCase() : undefined);
  const sign = (index: number) => (tokens[index]?.type === "sign" ? tokens[index].text : undefined);
  let levels: Level[] = [{ state: "other", call: "", begin: 0 }];
  let first: number | undefined;
  let index = 0;
  const close = (end: number) => {
    if (first !== undefined) statements.push({ start: tokens[first]!.start, end });
    first = undefined;
    levels = [{ state: "other", call: "", begin: index + 1 }];
  };
  for (; index < tokens.length; index++) {
    const token = tokens[index]!;
    const level = levels.at(-1)!;
    if (token.type === "sign" && token.text === ";") {
      close(tokens[index - 1]?.end ?? token.start);
      continue;
    }
    first ??= index;
    if (token.type === "parameter") parameters.push({ name: token.text, start: token.start, end: token.end });
    if (token.type === "string" && /^(\.\/)?data\//.test(token.text)) {
      files.push({ name: token.text.replace(/^(\.\/)?data\//, ""), start: token.start, end: token.end });
    }
    if (token.type === "sign" && token.text === "(") {
      const before = tokens[index - 1];
      const isJoin = level.state === "wanted" && !beginsQuery.has(word(index + 1) ?? "");
      const call = before?.type === "word" && level.state !== "wanted" ? before.text.toUpperCase() : "";
      if (level.state === "wanted") level.state = "list";
      levels.push({ state: isJoin ? "wanted" : "other", call, begin: index + 1 });
      continue;
    }
    if (token.type === "sign" && token.text === ")") {
      if (levels.length > 1) levels.pop();
      continue;
    }
    const upper = word(index);
    if (level.state === "wanted") {
      if (upper === "LATERAL" || upper === "ONLY") continue;
      if (token.type === "word" || token.type === "quoted") {
        const next = readName(index);
        if (next.name !== undefined && !isMade(next.name, token.start)) {
          const last = tokens[next.last]!;
          tables.push({ name: next.name, start: last.start, end: last.end });
        }
        index = next.last;
      }
      level.state = "list";
      continue;
    }
    if (upper === "FROM" && !fromInside.has(level.call) && !isDistinct(index)) level.state = "wanted";
    else if (upper === "JOIN" && level.state === "list") level.state = "wanted";
    else if (level.state === "list" && token.type === "sign" && token.text === ",") level.state = "wanted";
    else if (upper !== undefined && endsFrom.has(upper) && level.state === "list") level.state = "other";
    else if (upper !== undefined && leading.has(upper) && index === levelStart(level) && !beginsQuery.has(word(index + 1) ?? ""))
      level.state = "wanted";
    else if (upper === "INTO" && word(index - 1) === "INSERT") level.state = "wanted";
    else if (upper === "UPDATE" && index === first) level.state = "wanted";
  }
  close(tokens.at(-1)?.end ?? 0);
  return { tables, files, parameters, statements };

  function levelStart(level: Level): number {
    return levels.length === 1 ? first! : level.begin;
  }

  /** A name, perhaps behind those of a schema; undefined where it is a function, or lies in a schema of its own. */
  function readName(from: number): { name: string | undefined; last: number } {
    let last = from;
    const parts = [tokens[from]!];
    while (sign(last + 1) === "." && (tokens[last + 2]?.type === "word" || tokens[last + 2]?.type === "quoted")) {
      last += 2;
      parts.push(tokens[last]!);
    }
    const isCall = sign(last + 1) === "(" && parts.at(-1)!.type === "word";
    const isOurs = parts.slice(0, -1).every(({ text: part }) => /^(main|memory)$/i.test(part));
    return { name: isCall || !isOurs ? undefined : parts.at(-1)!.text, last };
  }

  function isMade(name: string, at: number): boolean {
    return made.some((one) => one.name.toLowerCase() === name.toLowerCase() && at >= one.from && at < one.to);
  }

  /** `a IS [NOT] DISTINCT FROM b`. */
  function isDistinct(from: number): boolean {
    return word(from - 1) === "DISTINCT" && (word(from - 2) === "IS" || (word(from - 2) === "NOT" && word(from - 3) === "IS"));
  }
}

/** Names that the query makes itself, and where they mean that. */
function findMade(tokens: readonly Token[]): readonly { name: string; from: number; to: number }[] {
  const found: { name: string; from: number; to: number }[] = [];
  const isWord = (index: number, ...words: string[]) => tokens[index]?.type === "word" && words.includes(tokens[index].text.toUpperCase());
  const isSign = (index: number, text: string) => tokens[index]?.type === "sign" && tokens[index].text === text;
  const isName = (index: number) => tokens[index]?.type === "word" || tokens[index]?.type === "quoted";
  /** Where the brackets end that open at `index`. */
  const pastBrackets = (index: number) => {
    let depth = 0;
    for (let at = index; at < tokens.length; at++) {
      if (isSign(at, "(")) depth++;
      else if (isSign(at, ")") && --depth === 0) return at + 1;
      else if (isSign(at, ";")) return at;
    }
    return tokens.length;
  };
  /** Where the brackets end that `index` stands in, or its statement. */
  const scopeEnd = (index: number) => {
    let depth = 0;
    for (let at = index; at < tokens.length; at++) {
      if (isSign(at, "(")) depth++;
      else if (isSign(at, ")") && --depth < 0) return tokens[at]!.start;
      else if (isSign(at, ";")) return tokens[at]!.start;
    }
    return Infinity;
  };
  for (let index = 0; index < tokens.length; index++) {
    if (isWord(index, "WITH") && !isWord(index + 1, "ORDINALITY", "TIES")) {
      let at = index + 1;
      const isRecursive = isWord(at, "RECURSIVE");
      if (isRecursive) at++;
      while (isName(at)) {
        const name = tokens[at]!;
        let next = at + 1;
        if (isSign(next, "(")) next = pastBrackets(next);
        if (isWord(next, "USING")) while (next < tokens.length && !isWord(next, "AS") && !isSign(next, ";")) next++;
        if (!isWord(next, "AS")) break;
        next++;
        while (isWord(next, "NOT", "MATERIALIZED")) next++;
        if (!isSign(next, "(")) break;
        const end = pastBrackets(next);
        const from = isRecursive ? name.start : (tokens[end - 1]?.end ?? Infinity);
        found.push({ name: name.text, from, to: scopeEnd(index + 1) });
        if (!isSign(end, ",")) break;
        at = end + 1;
      }
    } else if (isWord(index, "CREATE")) {
      let at = index + 1;
      while (isWord(at, "OR", "REPLACE", "TEMP", "TEMPORARY")) at++;
      if (!isWord(at, "TABLE", "VIEW", "MACRO", "FUNCTION")) continue;
      at++;
      while (isWord(at, "IF", "NOT", "EXISTS")) at++;
      // From its own statement's end on, to the end of all.
      if (isName(at)) {
        let end = at;
        while (end < tokens.length && !isSign(end, ";")) end++;
        found.push({ name: tokens[at]!.text, from: tokens[end]?.start ?? Infinity, to: Infinity });
      }
    }
  }
  return found;
}
