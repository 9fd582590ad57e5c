/** Options of a cell: strings of a header (or of the front matter's defaults) → TaskOptions, with a fault for each bad one. */
import type { CellOption } from "../notebook/notebook";
import type { RetryCause, TaskOptions } from "./dag";

export interface ParsedOptions {
  readonly options: TaskOptions;
  readonly each: string | undefined;
  readonly when: string | undefined;
  /** The cell and what reads it do not run. */
  readonly disabled: boolean;
  /** Options particular to a kind, as written: `for until form assignees run in out`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly faults: readonly OptionFault[];
}

export interface OptionFault {
  /** Position of the option in the header. */
  readonly index: number;
  readonly message: string;
}

export const defaultOptions: TaskOptions = {
  after: [],
  concurrency: undefined,
  join: "all",
  on: undefined,
  retries: 0,
  retryDelay: 10_000,
  backoff: 2,
  jitter: 0.2,
  retryOn: ["error", "timeout"],
  timeout: 3_600_000,
  queueTimeout: undefined,
  cpu: 1,
  memory: 1024 ** 3,
  gpu: 0,
  cache: "on",
  pool: "default",
  priority: 0,
  lock: undefined,
  secrets: [],
  network: false,
  image: undefined,
  isolation: "run",
};

/** A value, or what would have been one: the end of a sentence "…, not "x"". */
type Read<T> = { readonly value: T } | { readonly wanted: string };
type Reader<T> = (text: string) => Read<T>;

const readers: { readonly [K in keyof TaskOptions]-?: Reader<TaskOptions[K]> } = {
  after: readNames,
  concurrency: integer(1),
  join: oneOf("all", "any", "done", "failed"),
  on: oneOf("success", "failure", "exit"),
  retries: integer(0),
  retryDelay: readDuration,
  backoff: number(1, Infinity),
  jitter: number(0, 1),
  retryOn: readCauses,
  timeout: readTimeout,
  queueTimeout: readTimeout,
  cpu: readCpu,
  memory: readMemory,
  gpu: integer(0),
  cache: readCache,
  pool: readName,
  priority: integer(-Infinity),
  lock: readName,
  secrets: readNames,
  network: readSwitch,
  image: readName,
  isolation: oneOf("run", "process", "container"),
};

const settingsOfKind: Readonly<Record<string, readonly string[]>> = {
  approval: ["form", "assignees"],
  wait: ["for", "until"],
  script: ["run", "in", "out"],
  sql: ["in", "out"],
};

/** Options that mean one cell: they cannot stand in the front matter's defaults. */
const ownOnly = new Set(["after", "each", "when", "on", "disabled"]);

export function parseOptions(kind: string, own: readonly CellOption[], base: TaskOptions = defaultOptions): ParsedOptions {
  const options: Record<string, unknown> = { ...base };
  const settings: Record<string, string> = {};
  const faults: OptionFault[] = [];
  let each: string | undefined;
  let when: string | undefined;
  let disabled = false;
  const seen = new Set<string>();
  own.forEach(({ key, value }, index) => {
    const fault = (message: string) => faults.push({ index, message });
    if (kind === "markdown" || kind === "params") {
      return fault(`A ${kind} cell is no task and takes no options: remove "${key}".`);
    }
    if (value === undefined) {
      return fault(`"${key}" is no option. Options are written key=value; a title stands before them.`);
    }
    if (seen.has(key)) return fault(`"${key}" is given twice: keep one.`);
    seen.add(key);
    if (key === "each") {
      if (kind === "code") each = value;
      else fault(`Only a code cell can fan out with "each".`);
    } else if (key === "when") when = value;
    else if (key === "disabled") {
      const read = readSwitch(value);
      if ("value" in read) disabled = read.value;
      else fault(`disabled= needs ${read.wanted}, not "${value}".`);
    } else if (settingsOfKind[kind]?.includes(key)) settings[key] = value;
    else if (Object.hasOwn(readers, key)) {
      const read: Read<unknown> = readers[key as keyof TaskOptions](value);
      if ("value" in read) options[key] = read.value;
      else fault(`${key}= needs ${read.wanted}, not "${value}".`);
    } else fault(explainUnknown(kind, key));
  });
  // People take their time: an approval without a limit of its own has none.
  if (kind === "approval" && !seen.has("timeout")) options["timeout"] = foreverMs;
  return { options: options as unknown as TaskOptions, each, when, disabled, settings, faults };
}

/** The front matter's `defaults`, as a base for every cell. */
export function parseDefaults(defaults: readonly CellOption[]): Pick<ParsedOptions, "options" | "faults"> {
  const kept = defaults.filter(({ key }) => !ownOnly.has(key));
  const parsed = parseOptions("code", kept);
  const faults = parsed.faults.map((fault) => ({ ...fault, index: defaults.indexOf(kept[fault.index]!) }));
  defaults.forEach(({ key }, index) => {
    if (ownOnly.has(key)) faults.push({ index, message: `"${key}" belongs to one cell: write it in the cell's header.` });
  });
  return { options: parsed.options, faults };
}

function explainUnknown(kind: string, key: string): string {
  const owner = Object.keys(settingsOfKind).find((one) => settingsOfKind[one]!.includes(key));
  if (owner) return `"${key}" is an option of [${owner}] cells, not of ${kind} cells.`;
  if (key === "failFast" || key === "runTimeout")
    return `"${key}" is for the whole notebook: write it below "defaults" in the front matter.`;
  const known = ["each", "when", "disabled", ...Object.keys(readers)];
  const near = known.find((one) => one.toLowerCase() === key.toLowerCase()) ?? known.find((one) => isOneEditAway(one, key));
  return `There is no option "${key}".${near ? ` Did you mean "${near}"?` : ""} A cell knows: ${known.join(", ")}.`;
}

/** One letter more, less or other, or two neighbours swapped. */
export function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  let j = 0;
  while (j < Math.min(a.length, b.length) - i && a[a.length - 1 - j] === b[b.length - 1 - j]) j++;
  const differ = Math.max(a.length, b.length) - i - j;
  return differ <= 1 || (differ === 2 && a.length === b.length && a[i] === b[i + 1] && a[i + 1] === b[i]);
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const longest = 365 * 86_400_000;
/** As a timeout: no limit that anybody meets. An approval that names none waits so long. */
export const foreverMs = longest;

/** "10s", "1h30m" → milliseconds. */
export function readDuration(text: string): Read<number> {
  const wanted = "a time such as 500ms, 10s, 5m, 1h or 1d";
  if (text === "0") return { value: 0 };
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/.test(text)) return { wanted };
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) total += Number(amount) * units[unit!]!;
  return total <= longest ? { value: Math.round(total) } : { wanted: "a time of a year at most" };
}

export function readTimeout(text: string): Read<number> {
  const read = readDuration(text);
  return "value" in read && read.value === 0 ? { wanted: "a time above 0 such as 10m" } : read;
}

function readCache(text: string): Read<"on" | "off" | number> {
  if (text === "on" || text === "off") return { value: text };
  const read = readDuration(text);
  return "value" in read && read.value > 0 ? read : { wanted: "on, off or a lifetime such as 1d" };
}

/** "512MB", "4GB" → bytes; 1 KB = 1024 bytes, as Docker counts. */
function readMemory(text: string): Read<number> {
  const found = /^(\d+(?:\.\d+)?)(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/i.exec(text);
  const bytes = found ? Math.round(Number(found[1]) * 1024 ** (1 + "KMGT".indexOf(found[2]![0]!.toUpperCase()))) : 0;
  return bytes > 0 && Number.isSafeInteger(bytes) ? { value: bytes } : { wanted: "a size such as 512MB or 4GB" };
}

function readCpu(text: string): Read<number> {
  const read = number(0, Infinity)(text);
  return "value" in read && read.value > 0 ? read : { wanted: "a number of cores above 0, such as 2 or 0.5" };
}

function integer(min: number): Reader<number> {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= min) return { value };
    return { wanted: min === -Infinity ? "a whole number" : `a whole number of ${min} or more` };
  };
}

function number(min: number, max: number): Reader<number> {
  return (text) => {
    const value = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return { value };
    return { wanted: max === Infinity ? `a number of ${min} or more` : `a number from ${min} to ${max}` };
  };
}

function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (text) => {
    const value = words.find((word) => word === text);
    return value === undefined ? { wanted: `one of ${words.join(", ")}` } : { value };
  };
}

function readSwitch(text: string): Read<boolean> {
  return text === "on" || text === "off" ? { value: text === "on" } : { wanted: "on or off" };
}

function readName(text: string): Read<string> {
  return /^\S+$/.test(text) ? { value: text } : { wanted: "a name without spaces" };
}

export function readNames(text: string): Read<readonly string[]> {
  const names = text.split(",").map((name) => name.trim());
  return names.every((name) => name !== "") ? { value: [...new Set(names)] } : { wanted: "names with commas between them" };
}

function readCauses(text: string): Read<readonly RetryCause[]> {
  const known: readonly string[] = ["error", "timeout", "oom", "lost"] satisfies readonly RetryCause[];
  const read = readNames(text);
  const wanted = `some of ${known.join(", ")} with commas between them`;
  return "value" in read && read.value.every((cause) => known.includes(cause))
    ? { value: read.value as readonly RetryCause[] }
    : { wanted };
}
