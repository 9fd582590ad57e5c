/** What runs after a change: by itself, or when one says so; cells that are switched off; scratch cells. */
import type { Page } from "@playwright/test";
import { expect, test } from "./heddle";
import { cell, cells, code, openNotebook, saved, state, take } from "./notebook-page";

/** Each journey with numbers of its own: what another one has computed is found in the cache. */
const chain = (first: number) => `// %% Base
const base = ${first} + 2;

// %% Twice
const twice = base * 2;

// %% Report
export const report = twice + 1;

// %% Aside
export const aside = ${first};
`;

const runOf = (page: Page, index: number) =>
  cell(page, index)
    .getByRole("link", { name: /^Run #/ })
    .innerText();

test("what is out of date is marked and runs by one key; a result that hashes the same stops it there", async ({ signedIn: page }) => {
  await openNotebook(page, "lazy", chain(2));
  await page.keyboard.press("Control+Shift+Enter");
  for (const index of [0, 1, 2, 3]) await expect(state(page, index, "succeeded")).toBeVisible({ timeout: 45_000 });
  await code(page, 0).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText("const base = 4;");
  for (const index of [0, 1, 2]) await expect(cell(page, index).getByText("Out of date")).toBeVisible();
  await expect(cell(page, 3).getByText("Out of date")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Run stale 3/ })).toBeVisible();
  await page.keyboard.press("Control+Shift+R");
  // 4 is 4, however it is written: only the first has anything to compute.
  await expect(state(page, 0, "succeeded")).toBeVisible();
  for (const index of [1, 2]) await expect(state(page, index, "cached")).toBeVisible({ timeout: 45_000 });
  await expect(page.getByText("Out of date")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Run stale/ })).toHaveCount(0);
  await expect(state(page, 3, "succeeded")).toBeVisible();
});

test("cells run by themselves after a pause, with all that reads them, and not while there is an error", async ({ signedIn: page }) => {
  await openNotebook(page, "reactive", chain(3));
  await page.keyboard.press("Control+Shift+Enter");
  for (const index of [0, 1, 2, 3]) await expect(state(page, index, "succeeded")).toBeVisible({ timeout: 45_000 });
  const first = await runOf(page, 3);
  await page.getByRole("button", { name: "More ways to run" }).click();
  await page.getByRole("menuitem", { name: "Run it by itself" }).click();
  await code(page, 0).click();
  await page.keyboard.press("Control+End");
  const values = (index: number) => cell(page, index).getByRole("list", { name: "Values" });
  // An error first: nothing may run, so the end of it is the one run there is.
  await page.keyboard.press("Backspace");
  await page.keyboard.insertText(" +");
  await expect(cell(page, 0).locator(".cm-lintRange-error")).toBeVisible();
  await page.keyboard.insertText(" 6;");
  await expect(values(2)).toContainText("23", { timeout: 45_000 });
  await expect(page.getByText("Out of date")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Run all/ })).toBeVisible();
  // Running one cell runs its readers with it.
  await code(page, 1).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Backspace");
  await page.keyboard.insertText(" + 1;");
  await page.keyboard.press("Control+Enter");
  await expect(values(2)).toContainText("24", { timeout: 45_000 });
  expect(await runOf(page, 3)).toBe(first);
});

test("above, below, to here, those taken: parts of the notebook run as targets", async ({ signedIn: page }) => {
  const text = ["A", "B", "C", "D"].map((name) => `// %% ${name}\nexport const ${name.toLowerCase()} = "parts ${name}";\n`).join("\n");
  await openNotebook(page, "parts", text);
  const palette = async (words: string) => {
    await page.keyboard.press("Control+K");
    await page.getByRole("dialog", { name: "Palette" }).getByRole("combobox").fill(words);
    await page.keyboard.press("Enter");
  };
  await take(page, 1);
  await palette("run to here");
  for (const index of [0, 1]) await expect(state(page, index, "succeeded")).toBeVisible({ timeout: 45_000 });
  await expect(cell(page, 2).locator("[data-state-icon]")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Run all", exact: true })).toBeVisible({ timeout: 30_000 });
  const first = await runOf(page, 0);
  await take(page, 2);
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Control+Enter");
  for (const index of [2, 3]) await expect(state(page, index, "succeeded")).toBeVisible({ timeout: 45_000 });
  expect(await runOf(page, 0)).toBe(first);
  expect(await runOf(page, 1)).toBe(first);
  expect(await runOf(page, 3)).not.toBe(first);
});

test("a cell that is switched off does not run, nor what reads it; broken as it may be, the rest does", async ({ signedIn: page }) => {
  await openNotebook(page, "off", chain(11).replace("11 + 2;", "11 +;"));
  await take(page, 0);
  await page.keyboard.press("Control+Shift+E");
  await expect(cell(page, 0).getByRole("note")).toContainText("Switched off");
  await expect(cell(page, 1).getByRole("note")).toContainText("it needs “base”, which is switched off");
  await expect(cell(page, 2).getByRole("note")).toContainText("it needs “base”");
  await page.getByRole("button", { name: "Run all", exact: true }).click();
  await expect(state(page, 3, "succeeded")).toBeVisible({ timeout: 45_000 });
  for (const index of [0, 1, 2]) await expect(cell(page, index).locator("[data-state-icon]")).toHaveCount(0);
  await saved(page);
  await page.reload();
  await expect(cell(page, 0).getByRole("note")).toContainText("Switched off");
  await cell(page, 0).hover();
  await cell(page, 0).getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: /^Switch on/ }).click();
  await expect(page.getByRole("note")).toHaveCount(0);
});

test("a scratch cell reads the notebook's values, and neither the notebook nor its runs know of it", async ({ signedIn: page }) => {
  await openNotebook(page, "scratch", chain(13));
  await page.keyboard.press("Control+Shift+Enter");
  await expect(state(page, 2, "succeeded")).toBeVisible({ timeout: 45_000 });
  const first = await runOf(page, 1);
  await page.keyboard.press("Alt+Shift+6");
  const scratch = page.getByRole("region", { name: "Scratch 1" });
  await scratch.locator(".cm-content").click();
  await page.keyboard.insertText("console.log(`twice is ${twice}`);\ntwice * 100");
  await page.keyboard.press("Control+Enter");
  await expect(scratch.getByRole("status")).toContainText("3000", { timeout: 45_000 });
  await scratch.getByText("Log", { exact: true }).click();
  await expect(scratch.getByRole("log")).toContainText("twice is 30");
  await page.getByRole("button", { name: "Scratch cell" }).click();
  const second = page.getByRole("region", { name: "Scratch 2" });
  await expect(second.locator(".cm-content")).toBeFocused();
  await page.keyboard.insertText("const base = 1;");
  await page.keyboard.press("Control+Enter");
  await expect(second.getByRole("alert")).toContainText("also defined in");

  await expect(cells(page)).toHaveCount(4);
  expect(await runOf(page, 1)).toBe(first);
  const own = await scratch.getByRole("link", { name: /^Run #/ }).innerText();
  await saved(page);
  await page.reload();
  await expect(cells(page)).toHaveCount(4);
  await page.keyboard.press("Alt+Shift+6");
  await expect(scratch).toContainText("twice * 100");
  await page.goto("/runs");
  await expect(page.getByText(first.replace("Run ", ""), { exact: true }).first()).toBeVisible();
  await expect(page.getByText(own.replace("Run ", ""), { exact: true })).toHaveCount(0);
});
