import { describe, expect, test } from "vitest";
import { applyEdit } from "@/pipelines/notebook/apply-edit";
import type { NotebookEdit } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";
import { openDocument, reduceDocument, type DocumentAction } from "./document";
import { splitAtMarkers } from "./split-at-markers";

const start = openDocument(parse("// %% A\nconst a = 1;\n\n// %% B\nconst b = a;\n"));
const after = (...actions: DocumentAction[]) => actions.reduce(reduceDocument, start);
const titles = (document: typeof start) => document.notebook.cells.map((cell) => cell.title);

describe("the document of the editor", () => {
  test("a deleted cell comes back in its place, with the text typed elsewhere since kept", () => {
    const document = after(
      { type: "edit", edits: [{ type: "delete-cell", id: "c1" }] },
      { type: "edit", edits: [{ type: "set-source", id: "c2", source: "const b = 2;" }] },
      { type: "undo" },
    );
    expect(titles(document)).toEqual(["A", "B"]);
    expect(document.notebook.cells[1]?.source).toBe("const b = 2;");
  });

  test("redo does again what undo took back, until something else is done", () => {
    const deleted: DocumentAction = { type: "edit", edits: [{ type: "delete-cell", id: "c2" }] };
    expect(titles(after(deleted, { type: "undo" }, { type: "redo" }))).toEqual(["A"]);
    expect(
      titles(after(deleted, { type: "undo" }, { type: "edit", edits: [{ type: "set-title", id: "c1", title: "C" }] }, { type: "redo" })),
    ).toEqual(["C", "B"]);
  });

  test("edits made together are taken back together", () => {
    const document = after(
      {
        type: "edit",
        edits: [
          { type: "set-kind", id: "c1", kind: "markdown" },
          { type: "delete-cell", id: "c2" },
        ],
      },
      { type: "undo" },
    );
    expect(document.notebook).toEqual(start.notebook);
  });

  test("an edit that changes nothing is nothing to save", () => {
    expect(after({ type: "edit", edits: [{ type: "delete-cell", id: "nobody" }] })).toBe(start);
  });

  test("taking back leaves what somebody else wrote since", () => {
    const theirs = (document: typeof start, edit: NotebookEdit) =>
      reduceDocument(document, { type: "arrive", notebook: applyEdit(document.notebook, edit) });
    const renamed: DocumentAction = { type: "edit", edits: [{ type: "set-title", id: "c1", title: "Mine" }] };
    const retitled = reduceDocument(theirs(after(renamed), { type: "set-title", id: "c1", title: "Theirs" }), { type: "undo" });
    expect(titles(retitled)).toEqual(["Theirs", "B"]);

    const everywhere: DocumentAction = { type: "edit", isStep: true, edits: [{ type: "set-source", id: "c1", source: "const b = 1;" }] };
    const typed = theirs(after(everywhere), { type: "set-source", id: "c1", source: "const b = 1; // theirs" });
    const back = reduceDocument(typed, { type: "undo" });
    expect(back.notebook.cells[0]?.source).toBe("const a = 1; // theirs");
    expect(reduceDocument(back, { type: "redo" }).notebook.cells[0]?.source).toBe("const b = 1; // theirs");
  });

  test("a marker line typed into a cell splits it", () => {
    const cell = { id: "c1", kind: "code", title: "A", options: [], source: "const a = 1;\n// %% Next retries=2\nconst n = a;" };
    const edits = splitAtMarkers(cell, 0, () => "new");
    const document = after({ type: "edit", edits: edits ?? [] });
    expect(document.notebook.cells.slice(0, 2)).toEqual([
      { ...cell, source: "const a = 1;" },
      { id: "new", kind: "code", title: "Next", options: [{ key: "retries", value: "2" }], source: "const n = a;" },
    ]);
    expect(splitAtMarkers({ ...cell, source: "// %% not ended" }, 0, () => "new")).toBeUndefined();
  });
});
