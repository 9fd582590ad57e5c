/**
 * Everything one can ask of the editor, once: keys (use-command-keys.ts), palette (palette-items.ts), help and changing of
 * keys (keys-dialog.tsx) are made from this list. The keys are those that people bring along from Jupyter, marimo and VS Code.
 */
import { toHeading } from "../_structure/structure-edits";
import { keepCells, keptCells } from "./cell-clipboard";
import type { Command, CommandDesk, CommandGroup, CommandScope } from "./command";
import { isMac } from "./strokes";

type Extras = Partial<Pick<Command, "native" | "fixed" | "only" | "keysOnly" | "when">>;

function make(
  group: CommandGroup,
  scope: CommandScope,
  id: string,
  title: string,
  keys: readonly string[],
  run: Command["run"],
  extras: Extras = {},
): Command {
  return { id, title, group, scope, keys, run, ...extras };
}

/** Done by the text editor itself. */
function inCode(id: string, title: string, native: string, more: readonly string[] = []): Command {
  const run = ({ actions, cell }: CommandDesk) => cell && actions.pressInText(cell.id, native);
  return make("In code", "code", id, title, [native, ...more], run, { native, when: hasCell });
}

const hasCell = ({ cell }: CommandDesk) => cell !== undefined;
const ids = ({ chosen }: CommandDesk) => chosen.map(({ id }) => id);
const isStill = ({ running }: CommandDesk) => !running;
/** The cell at `to`, or behind it in that direction: hidden ones are passed over. */
const findShown = ({ cells, index, isHidden }: CommandDesk, to: number) => {
  const step = to < index ? -1 : 1;
  for (let at = Math.max(0, Math.min(cells.length - 1, to)); at >= 0 && at < cells.length; at += step) {
    const cell = cells[at]!;
    if (!isHidden(cell.id)) return cell;
  }
  return cells[index];
};
const go = (desk: CommandDesk, to: number) => {
  const target = findShown(desk, to);
  if (target) desk.actions.command(target.id);
};
const extend = (desk: CommandDesk, to: number) => {
  const target = findShown(desk, to);
  if (target) desk.actions.extendTo(target.id);
};
const goLast = ({ actions, cells, isHidden }: CommandDesk) => {
  const target = cells.findLast((cell) => !isHidden(cell.id));
  if (target) actions.command(target.id);
};
const setKind = (kind: string) => (desk: CommandDesk) =>
  desk.actions.step(desk.chosen.filter((cell) => cell.kind !== kind).map((cell) => ({ type: "set-kind" as const, id: cell.id, kind })));
const insert = (below: boolean, kind: string) => (desk: CommandDesk) =>
  desk.actions.insert(desk.index < 0 ? (below ? desk.cells.length : 0) : desk.index + (below ? 1 : 0), kind);
const insertHeading = (below: boolean) => (desk: CommandDesk) =>
  desk.actions.insert(desk.index < 0 ? desk.cells.length : desk.index + (below ? 1 : 0), "markdown", "# ");
const runCells = (pick: (desk: CommandDesk) => readonly { readonly id: string }[]) => (desk: CommandDesk) =>
  desk.actions.runCells(pick(desk).map(({ id }) => id));
const around =
  (mark: string, end = mark) =>
  ({ actions, cell }: CommandDesk) =>
    cell && actions.surround(cell.id, mark, end);

export const commands: readonly Command[] = [
  make("Running", "notebook", "run.cell", "Run the cell and what it needs", ["Mod+Enter"], (d) => d.actions.runChosen("stay"), {
    when: hasCell,
  }),
  make("Running", "notebook", "run.next", "Run, then go to the next cell", ["Shift+Enter"], (d) => d.actions.runChosen("next"), {
    when: hasCell,
  }),
  make("Running", "notebook", "run.insert", "Run, then add a cell below", ["Alt+Enter"], (d) => d.actions.runChosen("insert"), {
    when: hasCell,
  }),
  make("Running", "anywhere", "run.all", "Run all", ["Mod+Shift+Enter"], (d) => d.page.run({})),
  make("Running", "anywhere", "run.stale", "Run what is out of date", ["Mod+Shift+R"], (d) => d.actions.runStale()),
  make(
    "Running",
    "notebook",
    "run.above",
    "Run all above",
    [],
    runCells((d) => d.cells.slice(0, d.index)),
    { when: (d) => d.index > 0 },
  ),
  make(
    "Running",
    "notebook",
    "run.here",
    "Run to here",
    [],
    runCells((d) => d.cells.slice(0, d.index + 1)),
    { when: hasCell },
  ),
  make(
    "Running",
    "notebook",
    "run.below",
    "Run this and all below",
    [],
    runCells((d) => d.cells.slice(d.index)),
    { when: hasCell },
  ),
  make("Running", "notebook", "run.readers", "Run the cell and what reads it", ["Mod+Alt+Enter"], (d) => d.actions.runWithReaders(ids(d)), {
    when: hasCell,
  }),
  make("Running", "cell", "run.fresh", "Run all, ignoring the cache", ["0 0"], (d) => d.page.run({ cache: "off" })),
  make("Running", "anywhere", "run.preview", "Preview: what would run", [], (d) => d.page.preview()),
  make("Running", "cell", "run.stop", "Stop the run", ["I I"], (d) => d.actions.stop(), { when: (d) => !isStill(d) }),
  make("Running", "anywhere", "run.stopAnywhere", "Stop the run, from anywhere", ["Mod+Shift+.", "Mod+I"], (d) => d.actions.stop(), {
    when: (d) => !isStill(d),
    keysOnly: true,
  }),
  make("Running", "anywhere", "run.reactive", "Run by itself after a change: on or off", [], (d) => d.page.toggleReactive()),

  make("Moving", "code", "cell.leave", "Take the cell as a whole", ["Escape"], (d) => d.cell && d.actions.command(d.cell.id), {
    fixed: true,
    keysOnly: true,
    native: "Escape",
  }),
  make("Moving", "cell", "cell.edit", "Edit the cell", ["Enter"], (d) => d.cell && d.actions.focusEditor(d.cell.id), { when: hasCell }),
  make("Moving", "cell", "cell.next", "Next cell", ["J", "ArrowDown"], (d) => go(d, d.index + 1), { keysOnly: true }),
  make("Moving", "cell", "cell.previous", "Previous cell", ["K", "ArrowUp"], (d) => go(d, d.index < 0 ? 0 : d.index - 1), {
    keysOnly: true,
  }),
  make("Moving", "cell", "cell.first", "First cell", ["Mod+ArrowUp", "Mod+Home"], (d) => go(d, 0)),
  make("Moving", "cell", "cell.last", "Last cell", ["Mod+ArrowDown", "Mod+End"], (d) => goLast(d)),
  make("Moving", "cell", "select.down", "Take the next cell too", ["Shift+ArrowDown", "Shift+J"], (d) => extend(d, d.index + 1), {
    keysOnly: true,
  }),
  make("Moving", "cell", "select.up", "Take the previous cell too", ["Shift+ArrowUp", "Shift+K"], (d) => extend(d, d.index - 1), {
    keysOnly: true,
  }),
  make("Moving", "cell", "select.first", "Take all up to the first", ["Shift+Home"], (d) => extend(d, 0), { keysOnly: true }),
  make("Moving", "cell", "select.last", "Take all down to the last", ["Shift+End"], (d) => extend(d, d.cells.length - 1), {
    keysOnly: true,
  }),
  make("Moving", "cell", "select.all", "Take all cells", ["Mod+A"], (d) => d.actions.chooseAll()),
  make(
    "Moving",
    "cell",
    "select.none",
    "Take one cell, close what is open",
    ["Escape"],
    (d) => {
      if (!d.page.closeWhatIsOpen() && d.cell) d.actions.command(d.cell.id);
    },
    { keysOnly: true },
  ),

  make("Cells", "cell", "cell.above", "Add a cell above", ["A"], insert(false, "code")),
  make("Cells", "cell", "cell.below", "Add a cell below", ["B"], insert(true, "code")),
  make(
    "Cells",
    "cell",
    "cell.cut",
    "Cut",
    ["X", "Mod+X"],
    (d) => {
      keepCells(d.chosen);
      d.actions.remove(ids(d));
    },
    { when: hasCell },
  ),
  make(
    "Cells",
    "cell",
    "cell.copy",
    "Copy",
    ["C", "Mod+C"],
    (d) => {
      keepCells(d.chosen);
      d.actions.say(d.chosen.length === 1 ? "Copied the cell." : `Copied ${d.chosen.length} cells.`);
    },
    { when: (d) => d.cell !== undefined && getSelection()?.isCollapsed !== false },
  ),
  make("Cells", "cell", "cell.paste", "Paste below", ["V", "Mod+V"], (d) =>
    d.actions.paste(keptCells(), d.index < 0 ? d.cells.length : d.cells.indexOf(d.chosen.at(-1)!) + 1),
  ),
  make("Cells", "cell", "cell.pasteAbove", "Paste above", ["Shift+V"], (d) => d.actions.paste(keptCells(), Math.max(0, d.index))),
  make("Cells", "cell", "cell.duplicate", "Duplicate", ["Mod+Shift+D"], (d) => d.cell && d.actions.duplicate(d.cell.id), { when: hasCell }),
  make("Cells", "cell", "cell.delete", "Delete", ["D D", "Delete"], (d) => d.actions.remove(ids(d)), { when: hasCell }),
  make("Cells", "cell", "undo", "Take the last change of cells back", ["Z", "Mod+Z"], (d) => d.page.undo()),
  make("Cells", "cell", "redo", "Do it again", ["Shift+Z", "Mod+Shift+Z", "Mod+Y"], (d) => d.page.redo()),
  make("Cells", "cell", "cell.markdown", "Make it text", ["M"], setKind("markdown"), { when: hasCell }),
  make("Cells", "cell", "cell.code", "Make it code", ["Y"], setKind("code"), { when: hasCell }),
  make("Cells", "cell", "cell.script", "Make it a script", ["R"], setKind("script"), { when: hasCell }),
  ...([1, 2, 3, 4, 5, 6] as const).map((level) =>
    make(
      "Cells",
      "cell",
      `cell.heading${level}`,
      `Make it a heading of level ${level}`,
      [String(level)],
      (d) => {
        d.actions.step(d.chosen.flatMap((cell) => toHeading(cell, level)));
      },
      { when: hasCell },
    ),
  ),
  make("Cells", "cell", "cell.headingAbove", "Add a heading above", ["Shift+A"], insertHeading(false)),
  make("Cells", "cell", "cell.headingBelow", "Add a heading below", ["Shift+B"], insertHeading(true)),
  make("Cells", "cell", "cell.merge", "Merge the cells, or with the one below", ["Shift+M"], (d) => d.actions.merge(ids(d)), {
    when: hasCell,
  }),
  make(
    "Cells",
    "code",
    "cell.split",
    "Split the cell at the cursor",
    ["Mod+Shift+-", "Mod+Shift+'"],
    (d) => d.cell && d.actions.split(d.cell.id),
    { when: hasCell },
  ),
  make("Cells", "notebook", "cell.up", "Move up", ["Mod+Shift+ArrowUp"], (d) => d.actions.move(ids(d), -1), { when: hasCell }),
  make("Cells", "notebook", "cell.down", "Move down", ["Mod+Shift+ArrowDown"], (d) => d.actions.move(ids(d), 1), { when: hasCell }),
  make("Cells", "cell", "cell.fold", "Fold or show the code", ["F"], (d) => d.actions.toggleFold(ids(d)), { when: hasCell }),
  make(
    "Cells",
    "cell",
    "section.collapse",
    "Collapse the section below a heading",
    ["ArrowLeft"],
    (d) => d.cell && d.page.toggleSection(d.cell, true),
    { when: hasCell },
  ),
  make("Cells", "cell", "section.expand", "Expand the section", ["ArrowRight"], (d) => d.cell && d.page.toggleSection(d.cell, false), {
    when: hasCell,
  }),
  make("Cells", "notebook", "cell.disable", "Switch the cell off or on", ["Mod+Shift+E"], (d) => d.actions.toggleDisabled(ids(d)), {
    when: hasCell,
  }),
  make("Cells", "notebook", "cell.format", "Format the cell", ["Alt+Shift+F"], (d) => d.actions.format(ids(d)), { when: hasCell }),
  make("Cells", "anywhere", "format.all", "Format all cells", ["Mod+Alt+Shift+F"], (d) => d.actions.format(d.cells.map(({ id }) => id))),

  inCode("code.complete", "Complete", "Mod+Space"),
  make(
    "In code",
    "code",
    "code.tab",
    "Complete behind a word, else indent",
    ["Tab"],
    (d) => d.cell && d.actions.pressInText(d.cell.id, "Tab"),
    {
      native: "Tab",
      fixed: true,
      keysOnly: true,
    },
  ),
  inCode("code.hover", "Show what is known of the name", "Shift+Tab"),
  inCode("code.signature", "Show the signature of the call", "Mod+Shift+Space"),
  inCode("code.definition", "Go to the definition", "F12"),
  inCode("code.references", "Where the name stands", "Shift+F12"),
  inCode("code.rename", "Rename everywhere", "F2"),
  inCode("code.comment", "Comment out, or in", "Mod+/"),
  inCode("code.nextOccurrence", "Take the next place of the word too", "Mod+D"),
  inCode("code.lineUp", "Move the line up", "Alt+ArrowUp"),
  inCode("code.lineDown", "Move the line down", "Alt+ArrowDown"),
  inCode("code.copyUp", "Copy the line up", "Alt+Shift+ArrowUp"),
  inCode("code.copyDown", "Copy the line down", "Alt+Shift+ArrowDown"),
  inCode("code.deleteLine", "Delete the line", "Mod+Shift+K"),
  inCode("code.indent", "Indent", "Mod+]"),
  inCode("code.outdent", "Outdent", "Mod+["),
  inCode("code.fold", "Fold the block", isMac ? "Mod+Alt+[" : "Mod+Shift+["),
  inCode("code.unfold", "Unfold the block", isMac ? "Mod+Alt+]" : "Mod+Shift+]"),
  inCode("code.undo", "Undo typing", "Mod+Z"),
  inCode("code.redo", "Redo typing", isMac ? "Mod+Shift+Z" : "Mod+Y"),

  make("Text cells", "code", "text.bold", "Bold", ["Mod+B"], around("**"), { only: "markdown" }),
  make("Text cells", "code", "text.italic", "Italic", ["Mod+I"], around("_"), { only: "markdown" }),
  make("Text cells", "code", "text.link", "Link", ["Mod+K"], around("[", "](https://)"), { only: "markdown" }),

  make("Finding", "anywhere", "find", "Find in all cells", ["Mod+F"], (d) => d.page.openFind(false)),
  make("Finding", "anywhere", "replace", "Replace in all cells", isMac ? ["Mod+Alt+F"] : ["Mod+H", "Mod+Alt+F"], (d) =>
    d.page.openFind(true),
  ),
  make("Finding", "anywhere", "find.next", "Next match", ["Mod+G", "F3"], (d) => d.page.findAgain(1), { when: (d) => d.page.isFinding }),
  make("Finding", "anywhere", "find.previous", "Previous match", ["Mod+Shift+G", "Shift+F3"], (d) => d.page.findAgain(-1), {
    when: (d) => d.page.isFinding,
  }),
  make("Finding", "anywhere", "palette", "Open the palette", ["Mod+K", "Mod+Shift+P", "Mod+P"], (d) => d.page.openPalette(), {
    keysOnly: true,
  }),

  make("Panels", "cell", "panel.key", "Show or hide the panel, by a letter", ["G"], (d) => d.page.togglePanel(), { keysOnly: true }),
  make("Panels", "anywhere", "panel", "Show or hide the panel", ["Mod+J"], (d) => d.page.togglePanel()),
  ...(
    [
      ["graph", "graph"],
      ["outline", "outline"],
      ["variables", "variables"],
      ["problems", "problems"],
      ["parameters", "parameters"],
      ["scratch", "scratchpad"],
      ["comments", "comments"],
    ] as const
  ).map(([tab, word], at) =>
    make("Panels", "anywhere", `panel.${tab}`, `Show the ${word}`, [`Alt+Shift+${at + 1}`], (d) => d.page.openTab(tab)),
  ),
  make("Panels", "cell", "log", "Show the log of the cell", ["L"], (d) => d.cell && d.page.openLogOf(d.cell), { when: hasCell }),
  make("Panels", "anywhere", "logs", "Show or hide the log", ["Mod+`"], (d) => d.page.toggleLogs()),

  make("Elsewhere", "anywhere", "save", "Save now (it also saves by itself)", ["Mod+S"], (d) => d.page.save()),
  make("Elsewhere", "cell", "save.key", "Save now, by a letter", ["S"], (d) => d.page.save(), { keysOnly: true }),
  make("Elsewhere", "cell", "numbers", "Show or hide line numbers", ["Shift+L"], (d) => d.page.toggleNumbers()),
  make("Elsewhere", "anywhere", "reading", "Read: hide or show all code", ["Mod+."], (d) => d.page.toggleReading()),
  make("Elsewhere", "anywhere", "rail", "Narrow or widen the rail", ["Mod+B"], () =>
    document.querySelector<HTMLElement>("[data-rail-toggle]")?.click(),
  ),
  make("Elsewhere", "cell", "keys.key", "These keys", ["?"], (d) => d.page.openKeys(), { keysOnly: true }),
  make("Elsewhere", "anywhere", "keys", "Keys: see and change them", ["Mod+Shift+H"], (d) => d.page.openKeys()),
];
