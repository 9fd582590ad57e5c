/** The cell that reads a data file. Pure. */
import type { Cell } from "@/pipelines/notebook/notebook";

const images = new Set(["png", "jpg", "jpeg", "gif", "webp", "svg"]);
const tables = new Set(["csv", "json", "ndjson", "jsonl", "parquet", "arrow", "feather"]);

export function kindOfFile(path: string): "table" | "image" | "other" {
  const ending = path.split(".").at(-1)!.toLowerCase();
  return images.has(ending) ? "image" : tables.has(ending) ? "table" : "other";
}

export function cellForFile(path: string, taken: ReadonlySet<string>): Omit<Cell, "id"> {
  const ending = path.split(".").at(-1)!.toLowerCase();
  const name = freeName(path, taken);
  const file = JSON.stringify(path);
  const code = (source: string, imports = "dataset") => ({
    kind: "code",
    title: "",
    options: [],
    source: `import { ${imports} } from "heddle";\n${source}`,
  });
  switch (ending) {
    case "csv":
      return code(`const ${name} = await dataset(${file}).csv();\n${name}`);
    case "json":
      return code(`const ${name} = await dataset(${file}).json<Record<string, unknown>[]>();\n${name}`);
    case "arrow":
    case "feather":
      return code(`const ${name} = await dataset(${file}).arrow();\n${name}`);
    case "parquet":
    case "ndjson":
    case "jsonl":
      return {
        kind: "sql",
        title: "",
        options: [{ key: "out", value: name }],
        source: `select *\nfrom 'data/${path.replaceAll("'", "''")}'`,
      };
    case "svg":
      return code(`image(await dataset(${file}).text());`, "dataset, image");
    default:
      return images.has(ending)
        ? code(`image(await dataset(${file}).bytes());`, "dataset, image")
        : code(`const ${name} = await dataset(${file}).text();\n${name}`);
  }
}

/** `spring trees-2.csv` → `springTrees2`; with a number behind it when that is taken. */
function freeName(path: string, taken: ReadonlySet<string>): string {
  const parts = path
    .split("/")
    .at(-1)!
    .replace(/\.[^.]*$/, "")
    .normalize("NFKD")
    .match(/[A-Za-z0-9]+/g) ?? ["rows"];
  const joined = parts
    .map((part, index) => (index === 0 ? part[0]!.toLowerCase() + part.slice(1) : part[0]!.toUpperCase() + part.slice(1)))
    .join("");
  const base =
    /^\d/.test(joined) || ["new", "class", "import", "default", "data", "function", "case", "export", "delete", "in", "do"].includes(joined)
      ? `${/^\d/.test(joined) ? "data" : ""}${joined}${/^\d/.test(joined) ? "" : "Rows"}`
      : joined;
  if (!taken.has(base)) return base;
  for (let number = 2; ; number++) if (!taken.has(`${base}${number}`)) return `${base}${number}`;
}
