/** Values that cannot travel, where syntax alone shows it. The runner finds the others. */
import type { BuiltTasks } from "./build-tasks";
import { placeOfDefinition, type Definition, type Names } from "./find-names";
import type { Suspect } from "./find-suspects";
import type { Reporter } from "./reporter";

export function checkUnserializable(built: BuiltTasks, names: Names, reporter: Reporter): void {
  for (const [definition, reader] of built.wanted) {
    for (const suspect of definition.unit?.suspects.get(definition.name) ?? []) {
      const fault = explain(suspect, (name) => names.resolve(name, definition.home));
      if (!fault) continue;
      const message = `"${suspect.path}" is ${fault.what}, which cannot travel to ${reader}. ${fault.instead}`;
      reporter.report("unserializable-value", placeOfDefinition(definition), message);
      break;
    }
  }
}

interface Fault {
  readonly what: string;
  readonly instead: string;
}

const promise: Fault = { what: "a promise", instead: "Write await before it." };

const never = new Map([
  ["WeakMap", "a WeakMap"],
  ["WeakSet", "a WeakSet"],
  ["WeakRef", "a WeakRef"],
  ["Proxy", "a Proxy"],
  ["WebSocket", "a socket"],
  ["Worker", "a worker"],
  ["FinalizationRegistry", "a FinalizationRegistry"],
  ["AbortController", "an AbortController"],
]);

function explain({ type, name }: Suspect, resolve: (name: string) => Definition | undefined): Fault | undefined {
  const definition = name === "" ? undefined : resolve(name);
  const traits = definition?.travels === "portable" ? definition.unit?.traits : undefined;
  switch (type) {
    case "function":
      return {
        what: "a function inside a value",
        instead: "Define it with function or const at the top of a cell: it then travels as source.",
      };
    case "import":
      return promise;
    case "promise":
      return definition ? undefined : promise;
    case "call":
      if (definition ? traits?.isAsync : name === "fetch") return promise;
      return !definition && name === "Symbol" ? { what: "a symbol", instead: "Use a string." } : undefined;
    case "instance": {
      if (!definition && name === "Promise") return promise;
      if (!definition) {
        const what = never.get(name);
        return what === undefined ? undefined : { what, instead: "Make it in the cell that uses it." };
      }
      if (!traits?.hasPrivateState) return undefined;
      return {
        what: `an instance of ${name}, which has #private state`,
        instead: `Use private fields of TypeScript (private x) in ${name}.`,
      };
    }
    default:
      return type satisfies never;
  }
}
