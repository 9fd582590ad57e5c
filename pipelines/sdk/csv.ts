/** CSV (RFC 4180) with a header line to rows; numbers, booleans and empty cells are recognised per cell. */
export type CsvRow = Record<string, string | number | boolean | null>;

export function parseCsv(text: string): CsvRow[] {
  const lines = records(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  const header = lines.shift();
  if (!header) return [];
  const names = header.map((cell) => cell.text.trim());
  return lines
    .filter((line) => line.length > 1 || line[0]!.text !== "" || line[0]!.quoted)
    .map((line) => Object.fromEntries(names.map((name, index) => [name, toValue(line[index])])));
}

interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

function toValue(cell: Cell | undefined): string | number | boolean | null {
  if (!cell) return null;
  if (cell.quoted) return cell.text;
  const text = cell.text.trim();
  if (text === "") return null;
  if (text === "true" || text === "TRUE") return true;
  if (text === "false" || text === "FALSE") return false;
  // Leading zeros are identifiers (postcodes), not numbers.
  if (/^[+-]?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?$/.test(text) && /\d/.test(text)) return Number(text);
  return cell.text;
}

function records(text: string): Cell[][] {
  const lines: Cell[][] = [];
  let line: Cell[] = [];
  let at = 0;
  while (at < text.length) {
    let cell: Cell;
    if (text[at] === '"') {
      let value = "";
      let from = at + 1;
      for (;;) {
        const quote = text.indexOf('"', from);
        if (quote < 0) {
          value += text.slice(from);
          at = text.length;
          break;
        }
        value += text.slice(from, quote);
        if (text[quote + 1] !== '"') {
          at = quote + 1;
          break;
        }
        value += '"';
        from = quote + 2;
      }
      cell = { text: value, quoted: true };
      while (at < text.length && text[at] !== "," && text[at] !== "\n" && text[at] !== "\r") at++;
    } else {
      const from = at;
      while (at < text.length && text[at] !== "," && text[at] !== "\n" && text[at] !== "\r") at++;
      cell = { text: text.slice(from, at), quoted: false };
    }
    line.push(cell);
    if (text[at] === ",") {
      at++;
      if (at === text.length) line.push({ text: "", quoted: false });
      continue;
    }
    if (text[at] === "\r") at++;
    if (text[at] === "\n") at++;
    lines.push(line);
    line = [];
  }
  if (line.length > 0) lines.push(line);
  return lines;
}
