/** Which stroke asks for which command: the defaults, with what a person has changed on top. Pure; keymap-store.ts keeps it. */
import type { Command, CommandScope } from "./command";

/** By id of the command: its keys instead of the defaults. */
export type KeyChanges = Readonly<Record<string, readonly string[]>>;

export function keysOf(command: Command, changes: KeyChanges): readonly string[] {
  return (command.fixed ? undefined : changes[command.id]) ?? command.keys;
}

/** By stroke (or strokes): who may be meant, the more particular first. */
export type StrokeTable = ReadonlyMap<string, readonly Command[]>;

export interface Keymap {
  readonly table: StrokeTable;
  /** Beginnings of strokes that go on. */
  readonly beginnings: ReadonlySet<string>;
  /** The text editor's own strokes that a person has given to nobody. */
  readonly released: ReadonlySet<string>;
}

export function toKeymap(commands: readonly Command[], changes: KeyChanges): Keymap {
  const table = new Map<string, Command[]>();
  const beginnings = new Set<string>();
  const released = new Set<string>();
  for (const command of commands) {
    const keys = keysOf(command, changes);
    for (const stroke of keys) {
      const list = table.get(stroke);
      if (list) list.push(command);
      else table.set(stroke, [command]);
      const parts = stroke.split(" ");
      for (let count = 1; count < parts.length; count++) beginnings.add(parts.slice(0, count).join(" "));
    }
    if (command.native !== undefined && !keys.includes(command.native)) released.add(command.native);
  }
  for (const list of table.values()) list.sort((a, b) => Number(b.only !== undefined) - Number(a.only !== undefined));
  for (const stroke of table.keys()) released.delete(stroke);
  return { table, beginnings, released };
}

/** Other commands that would answer to `stroke` where `command` does. */
export function findConflicts(commands: readonly Command[], changes: KeyChanges, command: Command, stroke: string): readonly Command[] {
  return commands.filter(
    (other) =>
      other.id !== command.id &&
      other.only === command.only &&
      meet(other.scope, command.scope) &&
      keysOf(other, changes).some((one) => one === stroke || one.startsWith(`${stroke} `) || stroke.startsWith(`${one} `)),
  );
}

/** Whether two scopes have a place in common. */
function meet(a: CommandScope, b: CommandScope): boolean {
  return a === b || !(["cell", "code"].includes(a) && ["cell", "code"].includes(b));
}
