/** Everything by keys: the palette, the list of keys and changing it, taking several cells, splitting, merging, moving, folding, formatting. */
import { expect, test } from "./heddle";
import { cell, cells, code, leave, openNotebook, saved, sources, take, titles } from "./notebook-page";

const letters = (...names: string[]) => names.map((name) => `// %% ${name}\nconst ${name.toLowerCase()} = 1;\n`).join("\n");

test("the palette finds commands, cells and pages, says their keys, and gives the focus back", async ({ signedIn: page }) => {
  await openNotebook(page, "palette", letters("Alpha", "Beta", "Gamma"));
  await take(page, 0);
  await page.keyboard.press("Control+K");
  const palette = page.getByRole("dialog", { name: "Palette" });
  await palette.getByRole("combobox").fill("cell below");
  await expect(palette.getByRole("option", { name: /Add a cell below/ })).toContainText("B");
  await palette.getByRole("combobox").fill("duplic");
  await page.keyboard.press("Enter");
  await expect(palette).toHaveCount(0);
  await expect(cells(page)).toHaveCount(4);
  await expect.poll(() => titles(page)).toEqual(["Alpha", "Alpha copy", "Beta", "Gamma"]);

  await page.keyboard.press("Control+Shift+P");
  await palette.getByRole("combobox").fill("gamma");
  await palette.getByRole("option", { name: "Gamma" }).click();
  await expect(cell(page, 3)).toBeFocused();

  // What acts on text acts on the text that one was in.
  await code(page, 2).click();
  await page.keyboard.press("Control+K");
  await palette.getByRole("combobox").fill("comment out");
  await page.keyboard.press("Enter");
  await expect(cell(page, 2)).toContainText("// const beta = 1;");

  await page.keyboard.press("Control+P");
  await palette.getByRole("combobox").fill("go to runs");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/runs$/);
  // From every page.
  await page.keyboard.press("Control+K");
  await palette.getByRole("combobox").fill("palette");
  await palette.getByRole("option", { name: "palette" }).first().click();
  await expect(page).toHaveURL(/\/notebooks\/[\w-]+$/);
});

test("keys are listed, changed, refused to two commands, kept, and reset", async ({ signedIn: page }) => {
  await openNotebook(page, "remap", letters("Alpha", "Beta"));
  await take(page, 0);
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keys" });
  await dialog.getByLabel("Find a command").fill("add a cell below");
  await dialog.getByRole("button", { name: "Change the keys of “Add a cell below”: B" }).click();
  await expect(dialog.getByRole("textbox", { name: "New keys of “Add a cell below”" })).toBeFocused();
  await page.keyboard.press("a");
  await expect(dialog.getByRole("alert")).toContainText("“Add a cell above” has these keys.");
  await page.keyboard.press("n");
  await expect(dialog.getByRole("alert")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Set", exact: true }).click();
  await page.keyboard.press("Escape");

  await take(page, 0);
  await page.keyboard.press("b");
  await page.keyboard.press("n");
  await expect(cells(page)).toHaveCount(3);
  await leave(page);
  // Keys of the text editor, too: the old one does nothing there any more.
  await page.keyboard.press("?");
  await dialog.getByLabel("Find a command").fill("comment out");
  await dialog.getByRole("button", { name: /Change the keys of “Comment out, or in”/ }).click();
  await page.keyboard.press("Control+Alt+c");
  await dialog.getByRole("button", { name: "Set", exact: true }).click();
  await page.keyboard.press("Escape");
  await saved(page);
  await page.reload();
  await code(page, 0).click();
  await page.keyboard.press("Control+/");
  await expect(cell(page, 0)).not.toContainText("// const");
  await page.keyboard.press("Control+Alt+c");
  await expect(cell(page, 0)).toContainText("// const alpha");

  await page.keyboard.press("Control+Shift+H");
  await dialog.getByRole("button", { name: "Reset all keys" }).click();
  await page.keyboard.press("Escape");
  await code(page, 0).click();
  await page.keyboard.press("Control+/");
  await expect(cell(page, 0)).not.toContainText("// const");
});

test("several cells are taken, moved, copied, cut, pasted and deleted together, and brought back", async ({ signedIn: page }) => {
  await openNotebook(page, "several", letters("A", "B", "C", "D", "E"));
  await take(page, 1);
  await page.keyboard.press("Shift+ArrowDown");
  await expect(page.locator("[data-chosen]")).toHaveCount(2);
  await expect(page.getByRole("status").filter({ hasText: "2 cells taken." })).toHaveCount(1);
  await page.keyboard.press("Control+Shift+ArrowUp");
  await expect.poll(() => titles(page)).toEqual(["B", "C", "A", "D", "E"]);
  await page.keyboard.press("Control+Shift+ArrowDown");
  await page.keyboard.press("Control+Shift+ArrowDown");
  await expect.poll(() => titles(page)).toEqual(["A", "D", "B", "C", "E"]);
  await page.keyboard.press("z");
  await page.keyboard.press("z");
  await page.keyboard.press("z");
  await expect.poll(() => titles(page)).toEqual(["A", "B", "C", "D", "E"]);
  await page.keyboard.press("Shift+z");
  await expect.poll(() => titles(page)).toEqual(["B", "C", "A", "D", "E"]);
  await page.keyboard.press("z");

  await page.keyboard.press("x");
  await expect.poll(() => titles(page)).toEqual(["A", "D", "E"]);
  await expect(cell(page, 1)).toBeFocused();
  await page.keyboard.press("v");
  await expect.poll(() => titles(page)).toEqual(["A", "D", "B", "C", "E"]);
  await expect(page.locator("[data-chosen]")).toHaveCount(2);
  await page.keyboard.press("Escape");
  await expect(page.locator("[data-chosen]")).toHaveCount(0);

  // With the pointer: from here to there.
  await take(page, 0);
  await cell(page, 2)
    .getByText("const b")
    .click({ modifiers: ["Shift"] });
  await expect(cell(page, 2)).toBeFocused();
  await expect(page.locator("[data-chosen]")).toHaveCount(3);
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  await expect.poll(() => titles(page)).toEqual(["C", "E"]);
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect.poll(() => titles(page)).toEqual(["A", "D", "B", "C", "E"]);
});

test("a cell is dragged by its handle, with the pointer and with arrow keys", async ({ signedIn: page }) => {
  await openNotebook(page, "drag", letters("A", "B", "C"));
  await cell(page, 0).hover();
  const handle = page.getByRole("button", { name: /^Move A:/ });
  const from = (await handle.boundingBox())!;
  const to = (await cell(page, 2).boundingBox())!;
  await page.mouse.move(from.x + 5, from.y + 5);
  await page.mouse.down();
  await page.mouse.move(from.x + 5, from.y + 60, { steps: 4 });
  await page.mouse.move(to.x + 40, to.y + to.height - 4, { steps: 8 });
  await expect(page.locator("[data-drop='after']")).toHaveCount(1);
  await page.mouse.up();
  await expect.poll(() => titles(page)).toEqual(["B", "C", "A"]);
  await expect(page.locator("[data-drop], [data-dragged]")).toHaveCount(0);

  await take(page, 2);
  await handle.focus();
  await page.keyboard.press("ArrowUp");
  await expect(handle).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => titles(page)).toEqual(["A", "B", "C"]);
});

test("a cell is split at the cursor, merged with the next, turned into a heading, and all of it undone", async ({ signedIn: page }) => {
  await openNotebook(page, "split", "// %% A retries=2\nconst a = 1;\n\nconst b = 2;\n\n// %% [markdown]\n// Words\n");
  await code(page, 0).click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+Shift+-");
  await expect(cells(page)).toHaveCount(3);
  await expect.poll(async () => (await sources(page)).slice(0, 2)).toEqual(["const a = 1;", "const b = 2;"]);
  await expect(code(page, 1)).toBeFocused();
  await leave(page);
  await page.keyboard.press("Shift+M");
  await expect(page.getByText("Cells of different kinds (code and markdown) do not merge", { exact: false }).first()).toBeVisible();
  await page.keyboard.press("k");
  await page.keyboard.press("Shift+M");
  await expect(cells(page)).toHaveCount(2);
  await expect.poll(async () => (await sources(page))[0]).toBe("const a = 1;\n\nconst b = 2;");
  await page.keyboard.press("z");
  await expect(cells(page)).toHaveCount(3);
  await expect.poll(async () => (await sources(page)).slice(0, 2)).toEqual(["const a = 1;", "const b = 2;"]);
  await page.keyboard.press("z");
  await expect(cells(page)).toHaveCount(2);
  await expect.poll(async () => (await sources(page))[0]).toBe("const a = 1;\n\nconst b = 2;");

  await take(page, 1);
  await page.keyboard.press("2");
  await expect(cell(page, 1).getByRole("heading", { level: 2, name: "Words" })).toBeVisible();
  await page.keyboard.press("z");
  await expect(cell(page, 1).getByRole("heading", { name: "Words" })).toHaveCount(0);
  await saved(page);
});

test("sections collapse, code folds, and everything can be read without its code", async ({ signedIn: page }) => {
  const text = `// %% [markdown]\n// # One\n\n${letters("A", "B")}\n// %% [markdown]\n// # Two\n\n${letters("C")}`;
  await openNotebook(page, "sections", text);
  await take(page, 1);
  // From inside a section its heading takes over.
  await page.keyboard.press("ArrowLeft");
  await expect(cells(page)).toHaveCount(3);
  await expect(page.getByRole("button", { name: "2 cells in this section" })).toBeVisible();
  await expect(cell(page, 0)).toBeFocused();
  await page.keyboard.press("j");
  await expect(cell(page, 1)).toBeFocused();
  await page.keyboard.press("k");
  await page.keyboard.press("ArrowRight");
  await expect(cells(page)).toHaveCount(5);

  await take(page, 2);
  await page.keyboard.press("f");
  await expect(cell(page, 2).getByTitle("Show the code")).toBeVisible();
  await page.keyboard.press("f");
  await expect(cell(page, 2)).toContainText("const b = 1;");
  await page.keyboard.press("Control+.");
  await expect(cell(page, 2).getByText("const b = 1;")).toBeHidden();
  await page.keyboard.press("Control+.");
  await expect(cell(page, 2).getByText("const b = 1;")).toBeVisible();
});

test("a cell is formatted, and all of them as one step", async ({ signedIn: page }) => {
  await openNotebook(page, "format", "// %% A\nconst a   =  [1,2 ]\n\n// %% B\nconst b = a . length\n\n// %% C\nconst = 1\n");
  await code(page, 0).click();
  await page.keyboard.press("Alt+Shift+F");
  await expect(cell(page, 0)).toContainText("const a = [1, 2];");
  await leave(page);
  await page.keyboard.press("Control+K");
  await page.getByRole("dialog", { name: "Palette" }).getByRole("combobox").fill("format all");
  await page.keyboard.press("Enter");
  await expect(cell(page, 1)).toContainText("const b = a.length;");
  await expect(page.getByText(/One cell could not be read, and stayed as it was: C/).first()).toBeVisible();
  await expect(cell(page, 0)).toBeFocused();
  await page.keyboard.press("z");
  await expect(cell(page, 1)).toContainText("const b = a . length");
  await page.keyboard.press("z");
  await expect(cell(page, 0)).toContainText("const a   =  [1,2 ]");
});

test("in a text: bold, lines that move, the next occurrence, and what is known of a name", async ({ signedIn: page }) => {
  await openNotebook(page, "text keys", "// %% [markdown]\n// words\n\n// %% A\nconst total = 1;\nconst twice = total * 2;\n");
  await take(page, 0);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Control+B");
  await page.keyboard.press("Escape");
  await expect(cell(page, 0).locator("strong")).toHaveText("words");

  await code(page, 1).click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Alt+ArrowDown");
  await expect.poll(async () => (await sources(page))[1]).toBe("const twice = total * 2;\nconst total = 1;");
  await page.keyboard.press("Alt+ArrowUp");
  await page.locator("[data-types='ready']").waitFor({ timeout: 45_000 });
  await page.keyboard.press("Control+Home");
  for (let step = 0; step < 8; step++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+Tab");
  await expect(page.locator(".cm-described")).toContainText("const total: 1");
  await page.keyboard.press("Escape");
  await expect(page.locator(".cm-described")).toHaveCount(0);
  await page.keyboard.press("Control+D");
  await page.keyboard.press("Control+D");
  await page.keyboard.type("sum");
  await expect.poll(async () => (await sources(page))[1]).toBe("const sum = 1;\nconst twice = sum * 2;");
});

test("the outline leads to headings and cells, marks where one is, and runs a section", async ({ signedIn: page }) => {
  const text = `// %% [markdown]\n// # Data\n\n// %% Load\nexport const rows = 3;\n\n// %% [markdown]\n// # Model\n\n// %% Fit\nexport const fit = 1;\n`;
  await openNotebook(page, "outline", text);
  await page.keyboard.press("Alt+Shift+2");
  const outline = page.getByRole("list", { name: "Outline" });
  await expect(outline.getByRole("listitem")).toHaveText(["Data", "Load", "Model", "Fit"]);
  await outline.getByRole("button", { name: "Fit" }).click();
  await expect(cell(page, 3)).toBeFocused();
  await expect(outline.getByRole("button", { name: "Fit" })).toHaveAttribute("aria-current", "location");
  await outline.getByRole("button", { name: "Run the section “Data”" }).focus();
  await page.keyboard.press("Enter");
  await expect(cell(page, 1).locator('[data-state-icon="succeeded"]').first()).toBeVisible({ timeout: 45_000 });
  await expect(cell(page, 3).locator("[data-state-icon]")).toHaveCount(0);
});

test("what flows into the cell one is in, and out of it, is marked in the gutter and in the graph", async ({ signedIn: page }) => {
  await openNotebook(
    page,
    "flow",
    "// %% A\nconst a = 1;\n\n// %% B\nconst b = a;\n\n// %% C\nexport const c = b;\n\n// %% Other\nexport const other = 1;\n",
  );
  await take(page, 1);
  await expect(cell(page, 0)).toHaveAttribute("data-flow", "in");
  await expect(cell(page, 2)).toHaveAttribute("data-flow", "out");
  await expect(cell(page, 3)).not.toHaveAttribute("data-flow");
  const node = (name: string) => page.getByLabel("Graph of tasks").getByRole("button", { name, exact: true });
  await expect(node("A")).toHaveAttribute("data-flow-node", "in");
  await expect(node("C")).toHaveAttribute("data-flow-node", "out");
  await expect(node("Other")).not.toHaveAttribute("data-flow-node");
});

test("variables show type, size and value; a log is one choice away from any other", async ({ signedIn: page }) => {
  await openNotebook(
    page,
    "variables",
    '// %% Load\nconst rows = [{ name: "ada", age: 36 }];\nconsole.log("loading");\n\n// %% Count\nexport const count = rows.length;\nconsole.log("counting");\n',
  );
  await page.keyboard.press("Control+Shift+Enter");
  await page.keyboard.press("Alt+Shift+3");
  const list = page.getByRole("list", { name: "Variables" });
  const row = list.getByRole("listitem").filter({ hasText: "rows" });
  await expect(row).toContainText("from Load", { timeout: 45_000 });
  await expect(row).toContainText("read by Count");
  await expect(row).toContainText(/\d+ (B|bytes)/, { timeout: 45_000 });
  await row.getByRole("button", { name: "Show the value of rows" }).click();
  await expect(row).toContainText("ada");
  await row.getByRole("button", { name: "Count" }).click();
  await expect(cell(page, 1)).toBeFocused();

  await page.keyboard.press("l");
  const drawer = page.getByRole("region", { name: /^Log of/ });
  await expect(drawer.getByRole("log")).toContainText("counting");
  await drawer.getByLabel("Log of", { exact: true }).selectOption({ label: "Load" });
  await expect(drawer.getByRole("log")).toContainText("loading");
  await page.keyboard.press("Escape");
  await expect(drawer).toHaveCount(0);
  await expect(cell(page, 1)).toBeFocused();
});
