/** Finding and replacing over all cells. */
import { expect, test } from "./heddle";
import { cell, cells, code, openNotebook, saved, sources, take } from "./notebook-page";

const text = `// %% Load
const rows = [1, 2, 3];
const row = rows[0];

// %% [markdown]
// All the rows are loaded.

// %% Count
export const count = rows.length + row;
`;

test("one search goes through all cells, forward and back, with case, whole words and expressions", async ({ signedIn: page }) => {
  await openNotebook(page, "find", text);
  await code(page, 0).click();
  await page.keyboard.press("Control+F");
  const bar = page.getByRole("search", { name: "Find in all cells" });
  const query = bar.getByLabel("Find", { exact: true });
  await expect(query).toBeFocused();
  // The text editor's own search stays away.
  await expect(page.locator(".cm-panel")).toHaveCount(0);
  await query.fill("row");
  await expect(bar.getByRole("status")).toHaveText("6");
  await query.press("Enter");
  await expect(bar.getByRole("status")).toHaveText("1 of 6");
  await expect(cell(page, 0).locator(".cm-found-now")).toHaveText("row");
  await expect(query).toBeFocused();
  await query.press("Shift+Enter");
  await expect(bar.getByRole("status")).toHaveText("6 of 6");
  await expect(cell(page, 2).locator(".cm-found-now")).toHaveText("row");

  await bar.getByRole("button", { name: "Whole words" }).click();
  await expect(bar.getByRole("status")).toContainText("2");
  await query.fill("ROW");
  await expect(bar.getByRole("status")).toHaveText("2");
  await bar.getByRole("button", { name: "Match case" }).click();
  await expect(bar.getByRole("status")).toHaveText("No match");
  await bar.getByRole("button", { name: "Match case" }).click();
  await bar.getByRole("button", { name: "Whole words" }).click();

  await bar.getByRole("button", { name: "Regular expression" }).click();
  await query.fill("rows(");
  await expect(bar.getByRole("alert")).toContainText("This is no regular expression");
  await query.fill("rows[.[]");
  await expect(bar.getByRole("status")).toHaveText("2");
  // Goes on from the cells as well.
  await page.keyboard.press("Escape");
  await expect(bar).toHaveCount(0);
  await expect(page.locator(".cm-found")).toHaveCount(0);
});

test("who types on at once after the key loses no letter, and does nothing to the cells", async ({ signedIn: page }) => {
  await openNotebook(page, "type ahead", text);
  await take(page, 0);
  await page.keyboard.press("Control+F");
  await page.keyboard.type("addrows");
  await expect(page.getByRole("search").getByLabel("Find", { exact: true })).toHaveValue("addrows");
  await page.keyboard.press("Escape");
  await take(page, 0);
  await page.keyboard.press("Control+K");
  await page.keyboard.type("ddx");
  await expect(page.getByRole("dialog", { name: "Palette" }).getByRole("combobox")).toHaveValue("ddx");
  await expect(cells(page)).toHaveCount(3);
});

test("one match or all of them are replaced, and one step takes it back", async ({ signedIn: page }) => {
  await openNotebook(page, "replace", text);
  await code(page, 0).click();
  await page.keyboard.press("Control+H");
  const bar = page.getByRole("search", { name: "Find in all cells" });
  const query = bar.getByLabel("Find", { exact: true });
  await query.fill("rows");
  await bar.getByLabel("Replace by").fill("cars");
  await query.press("Enter");
  await bar.getByRole("button", { name: "Replace this one" }).click();
  await expect.poll(async () => (await sources(page))[0]).toBe("const cars = [1, 2, 3];\nconst row = rows[0];");
  await bar.getByRole("button", { name: "Replace all" }).click();
  await expect(bar.getByRole("status")).toHaveText("Replaced 3 matches in 3 cells.");
  await expect(cell(page, 1)).toContainText("All the cars are loaded.");
  await expect(cell(page, 2)).toContainText("cars.length + row");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(cell(page, 1)).toContainText("All the rows are loaded.");
  await expect(cell(page, 2)).toContainText("rows.length + row");
  await expect.poll(async () => (await sources(page))[0]).toBe("const cars = [1, 2, 3];\nconst row = rows[0];");

  await bar.getByRole("button", { name: "Regular expression" }).click();
  await query.fill("(\\w+)\\.length");
  await bar.getByLabel("Replace by").fill("size($1)");
  await bar.getByLabel("Replace by").press("Control+Enter");
  await expect(cell(page, 2)).toContainText("size(rows) + row");
  await saved(page);
});
