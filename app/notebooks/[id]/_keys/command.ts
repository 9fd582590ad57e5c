/**
 * What a person can ask of the editor: one shape for keys, palette and help. commands.ts lists them all, keymap.ts gives
 * them their keys, use-command-keys.ts listens.
 */
import type { Task } from "@/pipelines/compile/dag";
import type { Cell } from "@/pipelines/notebook/notebook";
import type { PanelTab } from "../_panel/panel-tabs";
import type { RunRequest } from "../_runs/use-run-control";
import type { EditorActions } from "../editor-context";

export const commandGroups = ["Running", "Moving", "Cells", "In code", "Text cells", "Finding", "Panels", "Elsewhere"] as const;
export type CommandGroup = (typeof commandGroups)[number];

/**
 * Where its keys mean something: `anywhere`; `notebook`: a cell has the focus, or its text; `cell`: a cell as a whole;
 * `code`: the text of a cell.
 */
export type CommandScope = "anywhere" | "notebook" | "cell" | "code";

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  readonly scope: CommandScope;
  /** Strokes (strokes.ts); the first is shown in hints. */
  readonly keys: readonly string[];
  /** The text editor's own stroke for it: asked for by that, whatever its keys are. */
  readonly native?: string;
  /** Its keys cannot be changed. */
  readonly fixed?: true;
  /** Goes before others of the same keys in cells of this kind. */
  readonly only?: "markdown";
  /** No use in the palette: it moves from where the palette is not. */
  readonly keysOnly?: true;
  readonly when?: (desk: CommandDesk) => boolean;
  readonly run: (desk: CommandDesk) => void;
}

/** The editor as commands find it. */
export interface CommandDesk {
  readonly actions: EditorActions;
  readonly cells: readonly Cell[];
  /** It stands in a collapsed section. */
  readonly isHidden: (cellId: string) => boolean;
  /** Of the cell that has been taken; -1 for none. */
  readonly index: number;
  readonly cell: Cell | undefined;
  /** All cells that have been taken, in their order. */
  readonly chosen: readonly Cell[];
  readonly taskOf: (cellId: string) => Task | undefined;
  readonly tasks: readonly Task[];
  readonly stale: ReadonlySet<string>;
  readonly running: boolean;
  readonly page: EditorPage;
}

/** What the page around the cells can do. */
export interface EditorPage {
  readonly undo: () => void;
  readonly redo: () => void;
  readonly save: () => void;
  readonly run: (request: RunRequest) => void;
  readonly preview: () => void;
  readonly openFind: (withReplace: boolean) => void;
  readonly findAgain: (offset: 1 | -1) => void;
  readonly isFinding: boolean;
  readonly togglePanel: () => void;
  readonly openTab: (tab: PanelTab) => void;
  readonly toggleLogs: () => void;
  readonly openLogOf: (cell: Cell) => void;
  readonly closeWhatIsOpen: () => boolean;
  readonly openKeys: () => void;
  readonly openPalette: () => void;
  readonly toggleNumbers: () => void;
  readonly toggleReading: () => void;
  readonly toggleReactive: () => void;
  readonly toggleSection: (cell: Cell, collapsed: boolean) => void;
}
