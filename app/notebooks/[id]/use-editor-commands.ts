"use client";
/** Puts the editor before the commands (_keys/commands.ts): for the keys, and for the palette. */
import { useEffect, useEffectEvent } from "react";
import { cellKey } from "@/pipelines/notebook/cell-key";
import { offerToPalette, type PaletteItem } from "../../_palette/palette-store";
import type { CommandDesk } from "./_keys/command";
import { commands } from "./_keys/commands";
import { keysOf } from "./_keys/keymap";
import { useKeyChanges } from "./_keys/keymap-store";
import { strokeWords } from "./_keys/strokes";
import { useCommandKeys } from "./_keys/use-command-keys";

export function useEditorCommands(desk: CommandDesk): void {
  const changes = useKeyChanges();
  useCommandKeys(desk);
  const run = useEffectEvent((id: string) => commands.find((command) => command.id === id)?.run(desk));
  const items = useEffectEvent((): readonly PaletteItem[] => [
    ...commands
      .filter((command) => !command.keysOnly && (command.only === undefined || command.only === desk.cell?.kind))
      .filter((command) => command.when === undefined || command.when(desk))
      .map((command): PaletteItem => {
        const [stroke] = keysOf(command, changes);
        return {
          id: command.id,
          title: command.title,
          group: command.group,
          keys: stroke === undefined ? undefined : strokeWords(stroke),
          // As the editor stands then, not as it stood when the palette was opened.
          run: () => run(command.id),
        };
      }),
    ...desk.cells.map((cell, index) => ({
      id: `cell ${cell.id}`,
      title: cell.title || cellKey(cell, index),
      group: "Cells of this notebook",
      onlyFound: true,
      run: () => desk.actions.jump(cell.id),
    })),
  ]);
  useEffect(() => offerToPalette(() => items()), []);
}
