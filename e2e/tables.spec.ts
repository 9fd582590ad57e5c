/** Tables of any length: scrolled, sorted, filtered, summed up and copied, in a cell's output and in a run. */
import type { Page } from "@playwright/test";
import { expect, test } from "./heddle";
import { importNotebook } from "./import-notebook";

const million = `// %% Rows
const rows = Array.from({ length: 1_000_000 }, (_, id) => ({
  id,
  price: id % 11 === 0 ? null : Math.round(Math.sin(id) * 100_000) / 100,
  kind: ["oak", "ash", "elm"][id % 3]!,
  name: \`tree \${(id * 7919) % 1_000_000}\`,
}));
rows

// %% Few
[{ a: 2, note: "two" }, { a: 1, note: "one" }, { a: 10, note: null }]
`;

const grid = (page: Page, cell: number) => page.locator("[data-cell]").nth(cell).getByRole("grid");

test("a million rows scroll at once, and are sorted, filtered, summed up and copied", async ({ signedIn: page, heddle }) => {
  test.setTimeout(120_000);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: heddle.url });
  await importNotebook(page, "million.ts", million);
  await page.keyboard.press("Control+Shift+Enter");
  const table = grid(page, 0);
  await expect(table).toBeVisible({ timeout: 90_000 });
  const viewer = page.locator("[data-cell]").first();
  await expect(viewer.getByText("1,000,000 rows × 4")).toBeVisible();
  await expect(table).toHaveAttribute("aria-rowcount", "1000001");

  // The middle and the end are as near as the beginning; only what is seen is in the page.
  await table.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await expect(table.getByRole("row").filter({ hasText: "999,999" })).toBeVisible();
  expect(await table.getByRole("row").count()).toBeLessThan(60);
  await table.evaluate((element) => (element.scrollTop = 0));
  await expect(table.getByRole("gridcell").first()).toHaveText("0");

  // Sorted both ways by a click; what is missing comes last.
  await table.getByRole("button", { name: /^price/ }).click();
  await expect(table.getByRole("columnheader", { name: /^price/ })).toHaveAttribute("aria-sort", "ascending");
  await expect(table.getByRole("gridcell").nth(1)).toHaveText("-1000");
  await table.getByRole("button", { name: /^price/ }).click();
  await expect(table.getByRole("gridcell").nth(1)).toHaveText("1000");

  await viewer.getByRole("button", { name: "Filter rows" }).click();
  await table.getByLabel("Filter kind").fill("=oak");
  await expect(viewer.getByText("333,334 of 1,000,000 rows × 4")).toBeVisible();
  await table.getByLabel("Filter id").fill("< 30");
  await expect(viewer.getByText("10 of 1,000,000 rows × 4")).toBeVisible();
  await table.getByLabel("Filter id").fill("> tall");
  await expect(viewer.getByText("“tall” is no number.")).toBeVisible();
  await table.getByLabel("Filter id").fill("< 30");

  await viewer.getByRole("button", { name: "Statistics of columns" }).click();
  await expect(table.getByRole("img", { name: "How the values of id are spread" })).toBeVisible();
  await table.getByRole("columnheader", { name: /^kind/ }).hover();
  await table.getByRole("button", { name: "About kind" }).click();
  const card = page.getByRole("dialog");
  await expect(card.getByText("Distinct")).toBeVisible();
  await expect(card.getByRole("list", { name: "Most frequent" })).toContainText("oak");
  await card.getByRole("button", { name: "Hide" }).click();
  await expect(table.getByRole("columnheader")).toHaveCount(3);
  await viewer.getByRole("button", { name: "Show 1 hidden" }).click();
  await expect(table.getByRole("columnheader")).toHaveCount(4);

  // By keyboard: to the end of the rows, a selection, into the clipboard.
  await viewer.getByRole("button", { name: "Filter rows" }).click();
  await expect(viewer.getByText("1,000,000 rows × 4")).toBeVisible();
  await table.getByRole("button", { name: /^price/ }).click();
  await table.focus();
  await page.keyboard.press("Control+End");
  await expect(table.locator("[data-active]")).toHaveText(/^tree/);
  await page.keyboard.press("Control+Home");
  await expect(table.locator("[data-active]")).toHaveText("0");
  await page.keyboard.press("Shift+ArrowDown");
  await expect(table.locator("[aria-selected]")).toHaveCount(2);
  await page.keyboard.press("Shift+ArrowRight");
  await expect(table.locator("[aria-selected]")).toHaveCount(4);
  await page.keyboard.press("Control+c");
  await expect(page.getByText("Copied 2 rows.", { exact: true })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("id\tprice\n0\t\n1\t841.47");
});

test("a short table needs no server, and a column is as wide as one pulls it", async ({ signedIn: page }) => {
  await importNotebook(page, "few.ts", million.slice(million.indexOf("// %% Few")));
  await page.keyboard.press("Control+Shift+Enter");
  const table = grid(page, 0);
  await expect(table.getByRole("gridcell").first()).toHaveText("2", { timeout: 45_000 });
  await table.getByRole("button", { name: /^a/ }).click();
  await expect(table.getByRole("gridcell").first()).toHaveText("1");
  const header = table.getByRole("columnheader").first();
  const before = (await header.boundingBox())!;
  const handle = (await header.getByRole("separator").boundingBox())!;
  await page.mouse.move(handle.x + 3, handle.y + 10);
  await page.mouse.down();
  await page.mouse.move(handle.x + 83, handle.y + 10);
  await page.mouse.up();
  expect((await header.boundingBox())!.width).toBeCloseTo(before.width + 80, 0);
});

test("a value of a run opens as the same table", async ({ signedIn: page }) => {
  await importNotebook(
    page,
    "values.ts",
    "// %% Rows\nconst rows = Array.from({ length: 5000 }, (_, n) => ({ n, half: n / 2 }));\n\n// %% Sum\nexport const sum = rows.length;\n",
  );
  await page.keyboard.press("Control+Shift+Enter");
  await page
    .locator("[data-cell]")
    .first()
    .getByRole("link", { name: /^Run #/ })
    .click({ timeout: 45_000 });
  const table = page.getByRole("grid", { name: "rows" });
  await table.focus();
  await page.keyboard.press("Control+End");
  await expect(table.locator("[data-active]")).toHaveText("2,499.5");
});
