/** SQL cells: written with completion of tables and columns, run over a cell's table and a file, wrong at a line and a column. */
import type { Page } from "@playwright/test";
import { expect, test } from "./heddle";
import { importNotebook } from "./import-notebook";

const cell = (page: Page, index: number) => page.locator("[data-cell]").nth(index);
const code = (page: Page, index: number) => cell(page, index).locator(".cm-content");
const grid = (page: Page, index: number) => cell(page, index).getByRole("grid");

const text = `// %% Parameters [params]
import { param } from "heddle";
const least = param(2);

// %% Trees
const trees = [
  { kind: "oak", height: 20 }, { kind: "ash", height: 10 }, { kind: "oak", height: 30 }, { kind: "elm", height: 1 },
];

// %% Tallest [sql] out=tallest
// select kind, max(height) as tallest
// from trees
// where height > $least
// group by kind
// order by tallest desc

// %% Use
export const first = tallest[0].kind;
`;

test("a query over a cell's table gives a table that other cells read", async ({ signedIn: page }) => {
  await importNotebook(page, "query.ts", text);
  await page.keyboard.press("Control+Shift+Enter");
  await expect(grid(page, 2).getByRole("gridcell").first()).toHaveText("oak", { timeout: 60_000 });
  await expect(grid(page, 2).getByRole("gridcell")).toHaveText(["oak", "30", "ash", "10"]);
  await expect(cell(page, 3).locator('[data-state-icon="succeeded"]').first()).toBeVisible({ timeout: 60_000 });

  // Its colours are there, and it completes: tables where one belongs, columns of those it names, parameters behind a dollar.
  await code(page, 2).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("select  from trees");
  for (let n = 0; n < " from trees".length; n++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("hei");
  const list = page.getByRole("listbox");
  await expect(list.getByRole("option", { name: /^height/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" join tre");
  await expect(list.getByRole("option", { name: /^trees/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.type(" where height > $le");
  await expect(list.getByRole("option", { name: /^least/ })).toBeVisible();
});

test("a table that is not there is said while typing; what only DuckDB knows is said at its line", async ({ signedIn: page }) => {
  await importNotebook(
    page,
    "wrong.ts",
    "// %% Rows\nconst rows = [{ a: 1 }];\n\n// %% Query [sql]\n// select a,\n//   nope\n// from rows\n",
  );
  await page.keyboard.press("Control+Shift+Enter");
  const alert = cell(page, 1).getByRole("alert");
  await expect(alert).toContainText('BinderError: Referenced column "nope" not found', { timeout: 60_000 });
  await alert.getByRole("button", { name: "query, line 2" }).click();
  await expect(cell(page, 1).locator(".cm-activeLine")).toContainText("nope");
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("select * from row");
  await expect(cell(page, 1).getByText('There is no table "row"')).toBeVisible();
  await expect(cell(page, 1).getByText('Did you mean "rows"?')).toBeVisible();
});

test("a SQL cell is added from the menu and runs", async ({ signedIn: page }) => {
  await importNotebook(page, "empty.ts", "// %% First\n1\n");
  await page.getByRole("button", { name: "Other kinds of cells" }).last().click();
  await page.getByRole("menuitem", { name: /^SQL/ }).click();
  await expect(code(page, 1)).toContainText("select 1 as one");
  await code(page, 1).click();
  await page.keyboard.press("Control+Enter");
  await expect(grid(page, 1).getByRole("gridcell")).toHaveText(["1"], { timeout: 60_000 });
});
