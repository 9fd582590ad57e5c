/** What the compiler says and what the types say, as one list without doubles: where both speak, the compiler does. */
import type { Dag, Diagnostic, DiagnosticCode } from "../compile/dag";
import { headerSpans } from "../notebook/header";
import type { Cell } from "../notebook/notebook";
import type { TypeDiagnostic } from "./messages";
import type { PortType } from "./travel-check";

/** A diagnostic of the compiler, or one of TypeScript with its number. */
export type ShownDiagnostic = Omit<Diagnostic, "code"> & { readonly code: DiagnosticCode | `TS${number}` };

/** Said by the compiler as a cycle of cells. */
const ofCycles = new Set([2448, 2449, 2454, 7022, 7023, 7024]);

export function showDiagnostics(
  cell: Cell,
  cellKey: string,
  compiled: readonly Diagnostic[],
  types: readonly TypeDiagnostic[],
): readonly ShownDiagnostic[] {
  // From where the text cannot be read on, types only guess.
  const broken = Math.min(...compiled.flatMap(({ code, place }) => (code === "syntax-error" ? place.line : [])));
  const isCycle = compiled.some(({ code }) => code === "dependency-cycle");
  const added = types.flatMap((one): ShownDiagnostic[] => {
    // Numbers below 2000 are of syntax.
    if ((broken < Infinity && one.code < 2000) || one.endLine >= broken || (isCycle && ofCycles.has(one.code))) return [];
    const place = placeOf(cell, cellKey, one);
    if (compiled.some((other) => overlap(other.place, place))) return [];
    return [{ code: `TS${one.code}`, severity: one.severity, message: one.message, place, related: [] }];
  });
  return added.length === 0 ? compiled : [...compiled, ...added];
}

function placeOf(cell: Cell, cellKey: string, { option, line, column, endLine, endColumn }: TypeDiagnostic): Diagnostic["place"] {
  if (option === undefined) return { cell: cell.id, cellKey, in: "source", line, column, endLine, endColumn };
  const spans = headerSpans(cell);
  const span = spans.options[cell.options.findIndex(({ key }) => key === option)]?.value ?? spans.line;
  return { cell: cell.id, cellKey, in: "header", line: 1, column: span.start + 1, endLine: 1, endColumn: span.end + 1 };
}

function overlap(a: Diagnostic["place"], b: Diagnostic["place"]): boolean {
  if (a.in !== b.in) return false;
  const before = (left: Diagnostic["place"], right: Diagnostic["place"]) =>
    left.endLine < right.line || (left.endLine === right.line && left.endColumn < right.column);
  return !before(a, b) && !before(b, a);
}

const instead: Readonly<Record<string, string>> = {
  "a promise": "Write await before it.",
  "a function":
    "Define it with function or const at the top of a cell: it then travels as source. An object with methods travels when its class is the notebook's own.",
  "a symbol": "Use a string.",
  "an iterator": "Put its elements into an array: [...it].",
};

/** Values that somebody reads and that, by their type, cannot be stored. What the compiler has said already is left out. */
export function checkPorts(
  ports: readonly PortType[],
  { tasks, outputs }: Pick<Dag, "tasks" | "outputs">,
  compiled: readonly Diagnostic[],
  placeOfName: (cell: string, name: string) => Diagnostic["place"] | undefined,
): readonly ShownDiagnostic[] {
  return ports.flatMap(({ name, cell, fault }): ShownDiagnostic[] => {
    if (!fault) return [];
    const task = tasks.find((one) => one.cell === cell);
    const reader = task && tasks.find(({ needs }) => needs.some((need) => need.task === task.key && need.names.includes(name)));
    const isOutput = task && outputs.some((output) => output.task === task.key && output.name === name);
    if (!reader && !isOutput) return [];
    const place = placeOfName(cell, name);
    if (!place || compiled.some((other) => other.code === "unserializable-value" && overlap(other.place, place))) return [];
    const to = reader ? `"${reader.title || reader.key}"` : "the notebook's outputs";
    const remedy = instead[fault.what] ?? "Make it in the cell that uses it.";
    const message = `"${fault.path}" is ${fault.what}, which cannot travel to ${to}. ${remedy}`;
    return [{ code: "unserializable-value", severity: "warning", message, place, related: [] }];
  });
}
