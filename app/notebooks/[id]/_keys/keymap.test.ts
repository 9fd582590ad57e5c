import { describe, expect, it } from "vitest";
import { commands } from "./commands";
import { findConflicts, keysOf, toKeymap } from "./keymap";
import { strokeOf, strokeWords, type Press } from "./strokes";

const press = (key: string, code: string, held: Partial<Press> = {}): Press => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});
const find = (id: string) => commands.find((command) => command.id === id)!;

describe("strokes", () => {
  it("names a press by its key, with Ctrl and Cmd alike", () => {
    expect(strokeOf(press("k", "KeyK", { ctrlKey: true }))).toBe("Mod+K");
    expect(strokeOf(press("k", "KeyK", { metaKey: true }))).toBe("Mod+K");
    expect(strokeOf(press("Z", "KeyZ", { shiftKey: true }))).toBe("Shift+Z");
    expect(strokeOf(press("_", "Minus", { ctrlKey: true, shiftKey: true }))).toBe("Mod+Shift+-");
    expect(strokeOf(press("?", "Slash", { shiftKey: true }))).toBe("?");
    expect(strokeOf(press("ƒ", "KeyF", { altKey: true, shiftKey: true }))).toBe("Alt+Shift+F");
    expect(strokeOf(press("Shift", "ShiftLeft", { shiftKey: true }))).toBeUndefined();
  });

  it("says them as they stand on a keyboard", () => {
    expect(strokeWords("Mod+Shift+ArrowUp")).toBe("Ctrl Shift ↑");
    expect(strokeWords("D D")).toBe("D D");
    expect(strokeWords("Mod+Shift+-")).toBe("Ctrl Shift -");
  });
});

describe("the list of commands", () => {
  it("names each command once", () => {
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
    expect(new Set(commands.map(({ title }) => title)).size).toBe(commands.length);
  });

  it("gives no key to two commands in one place", () => {
    const clashes = commands.flatMap((command) =>
      command.keys.flatMap((stroke) =>
        findConflicts(commands, {}, command, stroke)
          // What happens only while something runs gives way to nothing else.
          .filter((other) => command.when === undefined && other.when === undefined)
          .map((other) => `${stroke}: ${command.id}, ${other.id}`),
      ),
    );
    expect(clashes).toEqual([]);
  });

  it("has the keys that people bring along", () => {
    const { table } = toKeymap(commands, {});
    const wanted =
      "Mod+Enter,Shift+Enter,Alt+Enter,Mod+Shift+Enter,Mod+Shift+R,I I,Mod+I,Mod+Shift+.,0 0,Escape,Enter,ArrowUp,ArrowDown,J,K,Shift+ArrowUp,Shift+ArrowDown,Shift+J,Shift+K,Shift+Home,Shift+End,Mod+ArrowUp,Mod+ArrowDown,A,B,X,C,V,D D,Z,Shift+Z,M,Y,1,6,Shift+M,Mod+Shift+-,Mod+Shift+ArrowUp,Mod+Shift+ArrowDown,ArrowLeft,ArrowRight,Shift+L,Shift+A,Shift+B,S,Tab,Mod+Space,Shift+Tab,Mod+Shift+Space,F12,F2,Mod+/,Mod+D,Alt+ArrowUp,Alt+Shift+ArrowDown,Mod+[,Mod+],Alt+Shift+F,Mod+F,Mod+H,Mod+Alt+F,Mod+G,Mod+S,Mod+K,Mod+Shift+P,Mod+P,?,Mod+Shift+H,Mod+`,Mod+B,Mod+J,Mod+.,Alt+Shift+1,R";
    expect(wanted.split(",").filter((stroke) => !table.has(stroke))).toEqual([]);
  });
});

describe("changed keys", () => {
  it("take the place of the defaults; what the text editor had for it is given free", () => {
    const changes = { "code.comment": ["Mod+Alt+C"], "cell.above": [] };
    const { table, released } = toKeymap(commands, changes);
    expect(keysOf(find("code.comment"), changes)).toEqual(["Mod+Alt+C"]);
    expect(released).toContain("Mod+/");
    expect(table.has("A")).toBe(false);
    expect(table.get("Mod+Alt+C")?.[0]?.id).toBe("code.comment");
  });

  it("leave alone what cannot be changed", () => {
    expect(keysOf(find("cell.leave"), { "cell.leave": ["Q"] })).toEqual(["Escape"]);
  });

  it("are told who has them already, in the same place only", () => {
    const names = (id: string, stroke: string) => findConflicts(commands, {}, find(id), stroke).map((command) => command.id);
    expect(names("cell.above", "B")).toEqual(["cell.below"]);
    expect(names("cell.above", "D")).toEqual(["cell.delete"]);
    expect(names("cell.above", "Mod+/")).toEqual([]);
    expect(names("save", "Mod+/")).toEqual(["code.comment"]);
  });
});
