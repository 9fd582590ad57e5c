/**
 * `.ipynb` → Notebook, and what its cells showed. TypeScript and JavaScript become code cells, other languages script cells, the
 * rest markdown. A file that is none is refused with the place of what is wrong. Runs nothing; neighbour: to-ipynb.ts.
 */
import { z } from "zod";
import { setDependency } from "../environment/set-dependency";
import { findDependencyFault } from "../environment/wish";
import { cellKey } from "../notebook/cell-key";
import type { Cell, CellOption, Notebook } from "../notebook/notebook";
import { displaySchema, type Display } from "../protocol/display";
import { toBase64 } from "./base64";
import type { CellOutputs } from "./cell-outputs";

export interface ImportedNotebook {
  readonly notebook: Notebook;
  /** By cell key. */
  readonly outputs: ReadonlyMap<string, CellOutputs>;
  /** What became of what has no counterpart here, a sentence each. */
  readonly notes: readonly string[];
}

export type ImportResult = ({ readonly ok: true } & ImportedNotebook) | { readonly ok: false; readonly message: string };

export const mostIpynbLetters = 64_000_000;
const mostCells = 5000;
/** Of what one cell shows, and of all together. */
const mostOfCell = 4_000_000;
const mostOfAll = 12_000_000;

const lines = z.union([z.string(), z.array(z.string()).transform((all) => all.join(""))]);
const data = z.record(z.string(), z.unknown());
const output = z.discriminatedUnion("output_type", [
  z.object({ output_type: z.literal("stream"), text: lines }),
  z.object({ output_type: z.literal("display_data"), data }),
  z.object({ output_type: z.literal("execute_result"), data }),
  z.object({
    output_type: z.literal("error"),
    ename: z.string().default("Error"),
    evalue: z.string().default(""),
    traceback: z.array(z.string()).default([]),
  }),
]);
const cellSchema = z.object({
  cell_type: z.enum(["code", "markdown", "raw"]),
  source: lines,
  metadata: z.record(z.string(), z.unknown()).default({}),
  attachments: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  outputs: z.array(output).optional(),
});
const fileSchema = z.object({
  nbformat: z.literal(4, "Only nbformat 4 is read: open it in Jupyter and save it again."),
  metadata: z.record(z.string(), z.unknown()).default({}),
  cells: z.array(cellSchema).max(mostCells),
});
const named = z.object({ name: z.string().optional(), language: z.string().optional() }).catch({});
const ownCell = z.object({
  kind: z.string().min(1).max(200),
  title: z.string().max(1000),
  options: z.array(z.object({ key: z.string().max(200), value: z.string().max(10_000).optional() })).max(100),
});
type FileCell = z.infer<typeof cellSchema>;

export function fromIpynb(text: string): ImportResult {
  if (text.length > mostIpynbLetters)
    return refuse(
      `The file has ${Math.round(text.length / 1e6)} MB and ${mostIpynbLetters / 1e6} MB are read. Clear its outputs in Jupyter, then try again.`,
    );
  let raw: unknown;
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    return refuse(`It is no JSON, so no .ipynb file: ${(error as Error).message}.`);
  }
  const read = fileSchema.safeParse(raw);
  if (!read.success) {
    const [first] = read.error.issues;
    return refuse(`At ${placeOf(first?.path ?? [])}: ${first?.message ?? "not as an .ipynb file has it"}.`);
  }
  const file = read.data;
  const language = languageOf(file.metadata);
  const notes = new Set<string>();
  let frontMatter = ownFrontMatter(file.metadata);
  const isOwn = z.object({ version: z.literal(1) }).safeParse(file.metadata["heddle"]).success;
  const cells = file.cells.map((cell, index): Cell => {
    const own = isOwn ? ownCell.safeParse(cell.metadata["heddle"]) : undefined;
    if (own?.success) {
      const { kind, title, options } = own.data;
      return {
        id: `c${index + 1}`,
        kind,
        title,
        options: options.map(({ key, value }): CellOption => (value === undefined ? { key } : { key, value })),
        source: cell.source.replace(/\r\n?/g, "\n"),
      };
    }
    const made = toCell(cell, cellLanguage(cell) ?? language, notes);
    return { id: `c${index + 1}`, ...made };
  });
  const found: Record<string, string> = {};
  const notebookCells = isOwn
    ? cells
    : cells.map((cell) => (cell.kind === "code" ? { ...cell, source: takeSpecifiers(cell.source, found, notes) } : cell));
  for (const [name, range] of Object.entries(found)) frontMatter = setDependency(frontMatter, name, range);
  const notebook: Notebook = { ...(frontMatter !== undefined && { frontMatter }), cells: notebookCells };
  return { ok: true, notebook, outputs: readOutputs(file.cells, notebook, notes), notes: [...notes] };
}

function refuse(message: string): { ok: false; message: string } {
  return { ok: false, message };
}

/** `cells[3].outputs[0].data`. */
function placeOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the top";
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`)).join("");
}

function ownFrontMatter(metadata: Record<string, unknown>): string | undefined {
  return z.object({ version: z.literal(1), frontMatter: z.string().max(200_000).optional() }).safeParse(metadata["heddle"]).data
    ?.frontMatter;
}

function languageOf(metadata: Record<string, unknown>): string {
  const kernel = named.parse(metadata["kernelspec"] ?? {});
  const info = named.parse(metadata["language_info"] ?? {});
  return normalise(kernel.language ?? info.name ?? kernel.name ?? "python");
}

function cellLanguage({ metadata }: FileCell): string | undefined {
  const found = z.object({ languageId: z.string() }).safeParse(metadata["vscode"]).data?.languageId;
  return found === undefined ? undefined : normalise(found);
}

function normalise(language: string): string {
  const word = language.toLowerCase();
  if (/^(typescript|ts|deno|tslab|typescriptreact)$/.test(word)) return "typescript";
  if (/^(javascript|js|jslab|node|nodejs|ijavascript|javascriptreact)$/.test(word)) return "javascript";
  if (/^(python[\d.]*|ipython[\d.]*|py)$/.test(word)) return "python";
  if (/^(bash|sh|shell|shellscript|zsh)$/.test(word)) return "bash";
  return /^(r|ir)$/.test(word) ? "r" : word.replace(/[^\w+#.-]/g, "") || "python";
}

const programs: Readonly<Record<string, { readonly run: string; readonly image?: string }>> = {
  python: { run: "python", image: "python:3.12" },
  bash: { run: "bash" },
  r: { run: "Rscript", image: "r-base" },
  julia: { run: "julia", image: "julia" },
  ruby: { run: "ruby", image: "ruby" },
};

function toCell(cell: FileCell, language: string, notes: Set<string>): Omit<Cell, "id"> {
  if (cell.cell_type === "markdown")
    return { kind: "markdown", title: "", options: [], source: withAttachments(cell, notes).replace(/\r\n?/g, "\n") };
  const source = cell.source.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (cell.cell_type === "raw") {
    notes.add("Raw cells became markdown.");
    const fence = "`".repeat(Math.max(3, ...[...source.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
    return { kind: "markdown", title: "", options: [], source: `${fence}\n${source}\n${fence}` };
  }
  const magic = /^%%(\w+)[^\n]*\n?/.exec(source);
  const cellWords = magic ? normalise(magic[1] === "script" ? "bash" : magic[1]!) : undefined;
  const own = cellWords !== undefined && (cellWords in programs || cellWords === "javascript") ? cellWords : undefined;
  const tongue = own ?? language;
  const body = own === undefined ? source : source.slice(magic![0].length);
  if (tongue === "typescript" || tongue === "javascript") return { kind: "code", title: "", options: [], source: body };
  const { run, image } = programs[tongue] ?? { run: tongue };
  notes.add(
    `Cells in ${tongue[0]!.toUpperCase()}${tongue.slice(1)} became script cells: each runs by itself. Name what they read and give in their headers (in=, out=).`,
  );
  const plain = tongue === "python" ? withoutMagic(body, notes) : body;
  return {
    kind: "script",
    title: "",
    options: [...(image === undefined ? [] : [{ key: "image", value: image }]), { key: "run", value: run }],
    source: plain,
  };
}

/** Lines that only IPython understands would break the script. */
function withoutMagic(source: string, notes: Set<string>): string {
  return source.replace(/^([ \t]*)([%!].*)$/gm, (_, indent: string, line: string) => {
    notes.add("Lines for IPython (%… and !…) are commented out.");
    return `${indent}# ${line}`;
  });
}

function withAttachments({ source, attachments = {} }: FileCell, notes: Set<string>): string {
  return source.replace(/\]\(attachment:([^)\s]+)\)/g, (whole, name: string) => {
    const [type, bytes] = Object.entries(attachments[decodeName(name)] ?? attachments[name] ?? {})[0] ?? [];
    if (typeof bytes === "string" && type !== undefined && /^image\/(png|jpeg|gif|webp)$/.test(type) && bytes.length < 300_000)
      return `](data:${type};base64,${bytes.replace(/\s/g, "")})`;
    notes.add("Some pictures inside markdown were too large, or not there, and are left out.");
    return whole;
  });
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const specifier = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])npm:((?:@[^/@"'\s]+\/)?[^/@"'\s]+)(?:@([^/"'\s]+))?(\/[^"'\s]*)?\2/g;

/** What Deno writes into the import stands in the front matter here. */
function takeSpecifiers(source: string, found: Record<string, string>, notes: Set<string>): string {
  return source.replace(
    specifier,
    (whole, lead: string, quote: string, name: string, range: string | undefined, deep: string | undefined) => {
      if (findDependencyFault(name, range ?? "latest") !== undefined) return whole;
      found[name] = range ?? "latest";
      notes.add("Versions in npm: imports moved to the dependencies of the notebook.");
      return `${lead}${quote}${name}${deep ?? ""}${quote}`;
    },
  );
}

function readOutputs(cells: readonly FileCell[], notebook: Notebook, notes: Set<string>): ReadonlyMap<string, CellOutputs> {
  const outputs = new Map<string, CellOutputs>();
  let all = 0;
  cells.forEach((cell, index) => {
    const made = notebook.cells[index]!;
    if (cell.outputs === undefined || cell.outputs.length === 0 || made.kind === "markdown") return;
    const displays: Display[] = [];
    let error: CellOutputs["error"];
    let size = 0;
    for (const each of cell.outputs) {
      if (each.output_type === "error") {
        error = { name: each.ename.slice(0, 200), message: each.evalue.slice(0, 10_000) };
        continue;
      }
      const display = each.output_type === "stream" ? toText(each.text) : toDisplay(each.data);
      if (!display) continue;
      const letters = JSON.stringify(display).length;
      if (size + letters > mostOfCell || all + letters > mostOfAll) {
        notes.add("Some outputs were too large and are left out: run the notebook to see them.");
        continue;
      }
      size += letters;
      all += letters;
      const last = displays.at(-1);
      // What was printed in pieces is one text.
      if (display.type === "text" && last?.type === "text" && each.output_type === "stream")
        displays[displays.length - 1] = { ...last, text: last.text + display.text };
      else displays.push(display);
    }
    if (displays.length > 0 || error) outputs.set(cellKey(made, index), { displays, error });
  });
  return outputs;
}

const pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;

function toDisplay(bundle: Record<string, unknown>): Display | undefined {
  const own = displaySchema.safeParse(bundle["application/vnd.heddle.display+json"]);
  if (own.success) return own.data;
  const text = (type: string) => lines.safeParse(bundle[type]).data;
  for (const mediaType of pictures) {
    const base64 = text(mediaType)?.replace(/\s/g, "");
    if (base64 !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return { type: "image", mediaType, base64 };
  }
  const svg = text("image/svg+xml");
  if (svg !== undefined) return { type: "image", mediaType: "image/svg+xml", base64: toBase64(svg) };
  const html = text("text/html");
  if (html !== undefined) return { type: "html", html };
  const markdown = text("text/markdown");
  if (markdown !== undefined) return { type: "markdown", text: markdown };
  const json = bundle["application/json"];
  if (json !== undefined) return { type: "tree", value: json as never, summary: "JSON", cut: false };
  const plain = text("text/plain");
  return plain === undefined ? undefined : toText(plain);
}

function toText(text: string): Display {
  return { type: "text", text: text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, ""), cut: false };
}
