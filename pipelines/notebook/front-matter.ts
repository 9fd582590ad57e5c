/** Reads a notebook's front matter (YAML) into what the compiler needs, with a fault for all it does not know. */
import { LineCounter, isMap, isScalar, parseDocument } from "yaml";
import type { Node, Pair } from "yaml";
import type { CellOption } from "./notebook";

export interface FrontMatter {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly image: string | undefined;
  /** Cell options for every cell, as a header would say them, with the place of each. */
  readonly defaults: readonly (CellOption & { readonly place: FrontMatterPlace })[];
  readonly failFast: boolean;
  /** As written: a time such as 2h. */
  readonly runTimeout: (CellOption & { readonly place: FrontMatterPlace }) | undefined;
  readonly faults: readonly { readonly message: string; readonly place: FrontMatterPlace }[];
  /** Where each dependency is asked for. */
  readonly dependencyPlaces: Readonly<Record<string, FrontMatterPlace>>;
}

/** 1-based within the text of the front matter, end exclusive. */
export interface FrontMatterPlace {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

const knownKeys = "title, description, dependencies, image and defaults";

export function readFrontMatter(text: string | undefined): FrontMatter {
  const counter = new LineCounter();
  const faults: { message: string; place: FrontMatterPlace }[] = [];
  const place = (start: number, end: number): FrontMatterPlace => {
    const from = counter.linePos(start);
    const to = counter.linePos(Math.max(end, start + 1));
    return { line: from.line || 1, column: from.col || 1, endLine: to.line || 1, endColumn: to.col || 1 };
  };
  const placeOf = (node: unknown): FrontMatterPlace => {
    const range = (node as Node | null | undefined)?.range;
    return range ? place(range[0], range[1]) : place(0, 0);
  };
  const result = {
    title: undefined as string | undefined,
    description: undefined as string | undefined,
    dependencies: {} as Record<string, string>,
    image: undefined as string | undefined,
    defaults: [] as (CellOption & { place: FrontMatterPlace })[],
    failFast: false,
    runTimeout: undefined as (CellOption & { place: FrontMatterPlace }) | undefined,
    faults,
    dependencyPlaces: {} as Record<string, FrontMatterPlace>,
  };
  if (text === undefined) return result;
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, schema: "core" });
  for (const error of document.errors) {
    faults.push({
      message: `The front matter is not YAML: ${error.message}`,
      place: place(error.pos[0], error.pos[1]),
    });
  }
  const root = document.contents;
  if (root === null || document.errors.length > 0) return result;
  if (!isMap(root)) {
    faults.push({ message: `The front matter has to be a list of keys such as "title: …".`, place: placeOf(root) });
    return result;
  }
  const scalarOf = (pair: Pair): string | undefined => {
    if (isScalar(pair.value) && pair.value.value !== null && typeof pair.value.value !== "object")
      return String(pair.value.source ?? pair.value.value);
    faults.push({ message: `"${String(pair.key)}" needs one plain value.`, place: placeOf(pair.value ?? pair.key) });
    return undefined;
  };
  const entriesOf = (pair: Pair): readonly Pair[] => {
    if (isMap(pair.value)) return pair.value.items as Pair[];
    if (!(isScalar(pair.value) && pair.value.value === null) && pair.value !== null) {
      faults.push({ message: `"${String(pair.key)}" needs keys with values below it.`, place: placeOf(pair.value) });
    }
    return [];
  };
  for (const pair of root.items as Pair[]) {
    const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
    switch (key) {
      case "title":
      case "description":
      case "image":
        result[key] = scalarOf(pair);
        break;
      case "dependencies":
        for (const entry of entriesOf(pair)) {
          const name = String(entry.key);
          const range = scalarOf(entry);
          if (range === undefined) continue;
          setOwn(result.dependencies, name, range);
          setOwn(result.dependencyPlaces, name, placeOf(entry.key));
        }
        break;
      case "defaults":
        for (const entry of entriesOf(pair)) {
          const value = scalarOf(entry);
          if (value === undefined) continue;
          if (String(entry.key) === "runTimeout") {
            result.runTimeout = { key: "runTimeout", value, place: placeOf(entry.key) };
          } else if (String(entry.key) !== "failFast") {
            result.defaults.push({ key: String(entry.key), value, place: placeOf(entry.key) });
          } else if (value === "true" || value === "false") result.failFast = value === "true";
          else faults.push({ message: `"failFast" is true or false, not "${value}".`, place: placeOf(entry.value) });
        }
        break;
      case "schedule":
        faults.push({
          message: `A schedule belongs to a workspace, not to a file: remove "schedule" here and add it on the notebook's page.`,
          place: placeOf(pair.key),
        });
        break;
      default:
        faults.push({
          message: `The front matter does not know "${key}"; it knows ${knownKeys}.`,
          place: placeOf(pair.key),
        });
    }
  }
  return result;
}

/** Also for a key such as `__proto__`. */
function setOwn<T>(record: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}
