/** Writing a notebook: type, see what it means, run it, change it, by hand and by keyboard. */
import type { Page } from "@playwright/test";
import { expect, test } from "./heddle";

const cell = (page: Page, index: number) => page.locator("[data-cell]").nth(index);
const code = (page: Page, index: number) => cell(page, index).locator(".cm-content");
const state = (page: Page, index: number, word: string) => cell(page, index).locator(`[data-state-icon="${word}"]`).first();
const graphTask = (page: Page, name: RegExp) => page.getByLabel("Graph of tasks").getByRole("button", { name });
const saved = (page: Page) => expect(page.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();

async function newNotebook(page: Page, title: string): Promise<void> {
  await page.goto("/notebooks");
  await page.getByRole("button", { name: /^New/ }).first().click();
  await page.waitForURL(/\/notebooks\/[\w-]+$/);
  await page.getByLabel("Title of the notebook").fill(title);
  await page.getByLabel("Title of the notebook").press("Enter");
}

async function type(page: Page, index: number, text: string): Promise<void> {
  await code(page, index).click();
  await page.keyboard.insertText(text);
}

/** Escape closes what completion offers, if it does; then it leaves the text. */
async function leave(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
}

test("a notebook is written, understood while typing, run, changed and run again", async ({ signedIn: page }) => {
  await newNotebook(page, "Journey");
  await type(page, 0, "const base = 4711;\nbase");
  await cell(page, 0).getByLabel("Title of the cell").fill("Base");
  await cell(page, 0).getByLabel("Title of the cell").press("Enter");

  // B adds a cell below the one that is taken as a whole.
  await page.keyboard.press("b");
  await type(page, 1, "export const doubled = base * 2");
  await expect(graphTask(page, /^Base/)).toBeVisible();
  await expect(graphTask(page, /^cell-2/)).toBeVisible();

  // An error is marked in place, said below the cell, listed, and goes away when it is mended.
  await page.keyboard.insertText(" *");
  await expect(cell(page, 1).locator(".cm-lintRange-error")).toBeVisible();
  await expect(page.getByRole("tab", { name: /Problems/ })).toContainText("1");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await expect(cell(page, 1).locator(".cm-lintRange-error")).toHaveCount(0);

  await page.keyboard.press("Control+Shift+Enter");
  await expect(state(page, 0, "succeeded")).toBeVisible({ timeout: 45_000 });
  await expect(state(page, 1, "succeeded")).toBeVisible();
  await expect(cell(page, 1).getByRole("list", { name: "Values" })).toContainText("doubled");
  await expect(graphTask(page, /^Base, Succeeded/)).toBeVisible();

  // A changed cell and what reads it are out of date; running again runs them, and only them.
  await code(page, 1).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(" + 1");
  await expect(cell(page, 1).getByText("Out of date")).toBeVisible();
  await expect(cell(page, 0).getByText("Out of date")).toHaveCount(0);
  await page.keyboard.press("Control+Enter");
  await expect(state(page, 0, "cached")).toBeVisible({ timeout: 30_000 });
  await expect(cell(page, 0).getByRole("link", { name: "run #" }).first()).toBeVisible();
  await expect(cell(page, 1).getByText("Out of date")).toHaveCount(0);

  // The page can be left and opened again: text and results are there.
  await saved(page);
  await page.reload();
  await expect(page.getByLabel("Title of the notebook")).toHaveValue("Journey");
  await expect(cell(page, 1)).toContainText("base * 2 + 1");
  await expect(state(page, 1, "succeeded")).toBeVisible();
});

test("an error says its line, and the line is one click away", async ({ signedIn: page }) => {
  await newNotebook(page, "Failing");
  await type(page, 0, "const rows = [1, 2];\nthrow new RangeError(`no more than ${rows.length}`);");
  await page.keyboard.press("Control+Enter");
  const alert = cell(page, 0).getByRole("alert");
  await expect(alert).toContainText("RangeError: no more than 2", { timeout: 45_000 });
  await alert.getByRole("button", { name: "cell-1, line 2" }).click();
  await expect(cell(page, 0).locator(".cm-activeLine")).toContainText("throw");
});

test("cells are added, moved, turned, deleted and brought back by keyboard", async ({ signedIn: page }) => {
  await newNotebook(page, "Keys");
  await type(page, 0, "const first = 1;");
  await leave(page);
  await page.keyboard.press("b");
  await page.keyboard.insertText("# Second");
  await leave(page);
  await page.keyboard.press("m");
  await expect(cell(page, 1).getByRole("heading", { name: "Second" })).toBeVisible();

  await page.keyboard.press("Control+Shift+ArrowUp");
  await expect(cell(page, 0).getByRole("heading", { name: "Second" })).toBeVisible();
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  await expect(page.locator("[data-cell]")).toHaveCount(1);
  await page.keyboard.press("z");
  await expect(page.locator("[data-cell]")).toHaveCount(2);
  await page.keyboard.press("k");
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  await expect(page.locator("[data-cell]")).toHaveCount(1);
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(cell(page, 0).getByRole("heading", { name: "Second" })).toBeVisible();

  // A marker line typed into a cell splits it.
  await code(page, 1).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("\n// %% Third\nconst third = first;");
  await expect(page.locator("[data-cell]")).toHaveCount(3);
  await expect(cell(page, 2).getByLabel("Title of the cell")).toHaveValue("Third");

  await leave(page);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await saved(page);
});

test("parameters are a form, checked in place, kept for the next visit", async ({ signedIn: page }) => {
  await newNotebook(page, "Parameters");
  await page.getByRole("button", { name: "Other kinds of cells" }).last().click();
  await page.getByRole("menuitem", { name: /Parameters/ }).click();
  await type(page, 1, "");
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(
    'import { param } from "heddle";\nconst epochs = param(20, { min: 1, max: 50, integer: true, title: "Epochs" });',
  );
  await type(page, 0, "export const seen = epochs;");
  const field = cell(page, 1).getByLabel("Epochs", { exact: true });
  await field.fill("200");
  await expect(cell(page, 1).getByRole("alert")).toContainText("50 or less");
  await field.fill("30");
  await expect(cell(page, 1).getByRole("alert")).toHaveCount(0);
  await page.getByRole("button", { name: "Run all", exact: true }).click();
  await expect(cell(page, 0).getByRole("list", { name: "Values" })).toContainText("30", { timeout: 45_000 });
  await field.fill("31");
  await expect(cell(page, 0).getByText("Out of date")).toBeVisible();
  await saved(page);
  await page.reload();
  await expect(cell(page, 1).getByLabel("Epochs", { exact: true })).toHaveValue("31");
});

test("two windows write one notebook: what both typed is there, in both and in the database", async ({ signedIn: page }) => {
  await newNotebook(page, "Shared");
  await saved(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await type(other, 0, "const theirs = 1;");
  await saved(other);
  await expect(code(page, 0)).toContainText("const theirs = 1;");
  await type(page, 0, "\nconst mine = 1;");
  await saved(page);
  for (const each of [page, other]) {
    await expect(code(each, 0)).toContainText("const theirs = 1;");
    await expect(code(each, 0)).toContainText("const mine = 1;");
  }
  await other.close();
  await page.reload();
  await expect(cell(page, 0)).toContainText("const theirs = 1;");
  await expect(cell(page, 0)).toContainText("const mine = 1;");
});

test("three hundred cells are there at once, and the page's search finds the last", async ({ signedIn: page }) => {
  const text = Array.from(
    { length: 300 },
    (_, index) => `// %% Cell ${index}\nconst value${index} = ${index === 0 ? "1" : `value${index - 1} + 1`};\n`,
  ).join("\n");
  await page.goto("/notebooks");
  await page.locator("input[type=file]").setInputFiles({ name: "many.ts", mimeType: "text/typescript", buffer: Buffer.from(text) });
  await page.waitForURL(/\/notebooks\/[\w-]+$/);
  await expect(page.locator("[data-cell]")).toHaveCount(300);
  await expect(cell(page, 299)).toContainText("value298 + 1");
  await code(page, 0).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(" // typed");
  await expect(cell(page, 0)).toContainText("// typed");
  expect(await page.locator(".cm-editor").count()).toBeLessThan(60);
});

test("a deleted notebook comes back with Undo", async ({ signedIn: page }) => {
  await newNotebook(page, "Short lived");
  await saved(page);
  await page.getByRole("link", { name: "Notebooks", exact: true }).first().click();
  await page.getByRole("button", { name: "More for Short lived" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page.getByRole("link", { name: "Short lived" })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: "Short lived" })).toBeVisible();
});
