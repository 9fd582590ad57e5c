/** The keys of the editor, as the help shows them; use-command-keys.ts and _code/editor-extensions.ts act on them. */
export const shortcuts = [
  {
    title: "Running",
    keys: [
      ["Ctrl Enter", "Run the cell and what it needs"],
      ["Shift Enter", "Run, then go to the next cell"],
      ["Alt Enter", "Run, then add a cell below"],
      ["Ctrl Shift Enter", "Run all"],
      ["I I", "Stop the run"],
    ],
  },
  {
    title: "Moving",
    keys: [
      ["Esc", "Take the cell as a whole"],
      ["Enter", "Edit the cell"],
      ["J", "Next cell (or ↓)"],
      ["K", "Previous cell (or ↑)"],
      ["G", "Show or hide the panel"],
    ],
  },
  {
    title: "Cells",
    keys: [
      ["A", "Add a cell above"],
      ["B", "Add a cell below"],
      ["D D", "Delete the cell"],
      ["Z", "Take the last change of cells back"],
      ["Shift Z", "Do it again"],
      ["M", "Make it text"],
      ["Y", "Make it code"],
      ["F", "Fold or show its code"],
      ["X C V", "Cut, copy, paste below"],
      ["Ctrl Shift ↑", "Move up"],
      ["Ctrl Shift ↓", "Move down"],
    ],
  },
  {
    title: "In code",
    keys: [
      ["Ctrl Space", "Complete"],
      ["Ctrl Shift Space", "Show the signature of the call"],
      ["F12", "Go to the definition (or Ctrl click)"],
      ["Shift F12", "Where the name stands"],
      ["F2", "Rename everywhere"],
    ],
  },
  {
    title: "Elsewhere",
    keys: [
      ["Ctrl S", "Save now (it also saves by itself)"],
      ["L", "Show the log of the cell"],
      ["?", "These keys"],
    ],
  },
] as const;
