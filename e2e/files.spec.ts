/** Data files in a notebook's panel: in by button and by drag, looked into, used in a cell, replaced, deleted and back. */
import type { Page } from "@playwright/test";
import { expect, test } from "./heddle";
import { importNotebook } from "./import-notebook";

const cell = (page: Page, index: number) => page.locator("[data-cell]").nth(index);
const list = (page: Page) => page.getByRole("list", { name: "Data files" });
const row = (page: Page, name: string) => list(page).getByRole("listitem").filter({ hasText: name });
const act = async (page: Page, name: string, word: string) => {
  await row(page, name)
    .getByRole("button", { name: `What to do with ${name}` })
    .click();
  await page.getByRole("menuitem", { name: word }).click();
};
const file = (name: string, text: string) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

test("a file comes in, is looked into, read by a cell and by a query, deleted and back again", async ({ signedIn: page, heddle }) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: heddle.url });
  await importNotebook(page, "files.ts", "// %% First\n1\n");
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByLabel("Files to upload").setInputFiles([file("spring trees.csv", "kind,height\noak,20\nash,10\n")]);
  await expect(row(page, "spring trees.csv")).toContainText("26 B");

  await row(page, "spring trees.csv").getByRole("button", { name: "spring trees.csv", exact: true }).click();
  const table = page.getByRole("grid", { name: "spring trees.csv" });
  await expect(table.getByRole("gridcell")).toHaveText(["oak", "20", "ash", "10"]);
  await page.getByRole("dialog").getByRole("button", { name: "Insert a cell that reads it" }).click();
  await expect(cell(page, 1)).toContainText('const springTrees = await dataset("spring trees.csv").csv();');
  await cell(page, 1).getByRole("button", { name: "Run this cell and what it needs" }).click();
  await expect(cell(page, 1).getByRole("grid").getByRole("gridcell").first()).toHaveText("oak", { timeout: 60_000 });

  await act(page, "spring trees.csv", "Copy path");
  await expect(page.getByText("Copied data/spring trees.csv.", { exact: true })).toBeVisible();

  // A file of the same name asks first.
  await page.getByLabel("Files to upload").setInputFiles([file("spring trees.csv", "kind,height\nelm,1\n")]);
  await expect(page.getByText("There is a file “spring trees.csv” already.")).toBeVisible();
  await page.getByRole("button", { name: "Replace" }).click();
  await expect(row(page, "spring trees.csv")).toContainText("18 B");

  await act(page, "spring trees.csv", "Delete");
  await expect(row(page, "spring trees.csv")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row(page, "spring trees.csv")).toHaveCount(1);
});

test("files are dropped into the panel, and what cannot be stored says why", async ({ signedIn: page }) => {
  await importNotebook(page, "drop.ts", "// %% First\n1\n");
  await page.getByRole("tab", { name: "Files" }).click();
  await expect(page.getByRole("button", { name: "Upload" })).toBeVisible();
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['{"x":1}\n{"x":2}\n'], "dropped.ndjson"));
    data.items.add(new File(["x"], "a|b.csv"));
    return data;
  });
  await page.getByText("or drop files here").dispatchEvent("drop", { dataTransfer: dropped });
  await expect(row(page, "dropped.ndjson")).toBeVisible();
  await expect(page.getByText(/“a\|b\.csv” was not uploaded/).first()).toBeVisible();
  await act(page, "dropped.ndjson", "Insert a cell that reads it");
  await expect(cell(page, 1)).toContainText("from 'data/dropped.ndjson'");
  await cell(page, 1).getByRole("button", { name: "Run this cell and what it needs" }).click();
  await expect(cell(page, 1).getByRole("grid").getByRole("gridcell")).toHaveText(["1", "2"], { timeout: 60_000 });
});
