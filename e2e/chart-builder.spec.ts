/** A chart out of choices: what is seen beside them is what the cell shows, and its code leads back to them. */
import type { Page } from "@playwright/test";
import { expect, test } from "./heddle";
import { importNotebook } from "./import-notebook";

const cell = (page: Page, index: number) => page.locator("[data-cell]").nth(index);

test("a table becomes a chart, the chart becomes code, the code becomes choices again", async ({ signedIn: page }) => {
  await importNotebook(
    page,
    "charts.ts",
    `// %% Trees
export const trees = Array.from({ length: 90 }, (_, n) => ({ kind: ["oak", "ash", "elm"][n % 3]!, height: n, old: n > 40 }));
`,
  );
  await page.keyboard.press("Control+Shift+Enter");
  await cell(page, 0).getByRole("button", { name: "Chart" }).click({ timeout: 60_000 });
  const builder = page.getByRole("dialog", { name: "Make a chart" });
  await expect(builder.getByLabel("Across (x)")).toHaveValue("kind");
  await expect(builder.getByLabel("Up (y)")).toHaveValue("height");
  await expect(builder.locator(".recharts-bar-rectangle")).toHaveCount(3);
  await builder.getByLabel("Colour").selectOption("old");
  await expect(builder.locator(".recharts-bar-rectangle")).toHaveCount(6);
  await builder.getByLabel("Points").selectOption("count");
  await expect(builder.getByLabel("Up (y)")).toHaveCount(0);
  await builder.getByLabel("Title").fill("How many");
  await expect(builder.getByLabel("Code of the chart")).toContainText('aggregate: "count"');
  await builder.getByRole("button", { name: "Insert cell" }).click();

  await expect(cell(page, 1)).toContainText("rows: trees");
  await cell(page, 1).getByRole("button", { name: "Run this cell and what it needs" }).click();
  await expect(cell(page, 1).getByText("How many", { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(cell(page, 1).locator(".recharts-bar-rectangle")).toHaveCount(6);

  await cell(page, 1).getByRole("button", { name: "Edit chart" }).click();
  const again = page.getByRole("dialog", { name: "Edit the chart" });
  await expect(again.getByLabel("Points")).toHaveValue("count");
  await expect(again.getByLabel("Title")).toHaveValue("How many");
  await again.getByLabel("Kind").selectOption("line");
  await again.getByRole("button", { name: "Update cell" }).click();
  await expect(cell(page, 1)).toContainText('mark: "line"');

  // What sums words says so, and nothing can be inserted.
  await cell(page, 1).getByRole("button", { name: "Edit chart" }).click();
  await again.getByLabel("Points").selectOption("sum");
  await again.getByLabel("Up (y)").selectOption("kind");
  await expect(again.getByText("“kind” holds no numbers: count it instead.")).toBeVisible();
  await expect(again.getByRole("button", { name: "Update cell" })).toBeDisabled();
});
