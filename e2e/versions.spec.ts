/** What a notebook has been: found, named, compared, brought back, begun anew from. */
import type { Page } from "@playwright/test";
import { callApi } from "./call-api";
import { expect, test } from "./heddle";

const text = (rate: string, more = "") => `// %% Load
const rows = [1, 2, 3];

// %% Train
export const rate = ${rate};
${more}`;

async function makeNotebook(page: Page): Promise<string> {
  const { id } = await callApi<{ id: string }>(page, "notebook.import", { fileName: "kept.ts", text: text("0.1") });
  await callApi(page, "notebook.save", { id, revision: 1, text: text("0.2") });
  await callApi(page, "notebook.save", { id, revision: 2, text: text("0.2", "\n// %% Report\nexport const report = rate;\n") });
  return id;
}

test("a version is found, named, compared and restored, and that is undone", async ({ signedIn: page }) => {
  await page.goto("/notebooks");
  const id = await makeNotebook(page);
  await page.goto(`/notebooks/${id}`);
  await page.getByRole("link", { name: "Its versions" }).click();
  await page.waitForURL(/\/versions/);

  // Three saves in one go are one line; what the newest added is shown at once.
  const list = page.getByRole("navigation", { name: "Versions" });
  await expect(list.getByRole("button", { name: /^Version 3/ })).toHaveAttribute("aria-current", "true");
  await expect(page.locator('[data-diff="added"]')).toContainText("Report");
  await list.getByRole("button", { name: /Show 2 saves/ }).click();
  await list.getByRole("button", { name: /^Version 2/ }).click();
  await expect(page.locator('[data-diff="changed"]')).toContainText("0.2");

  await page.getByRole("button", { name: "Side by side" }).click();
  await expect(page.locator(".cm-merge-a")).toContainText("0.1");
  await expect(page.locator(".cm-merge-b")).toContainText("0.2");

  await list.getByRole("button", { name: /^Version 1/ }).click();
  await page.getByRole("button", { name: "Name it…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("The beginning");
  await page.keyboard.press("Enter");
  await expect(list.getByRole("button", { name: /^The beginning/ })).toBeVisible();
  await page.getByRole("button", { name: "With a name" }).click();
  await expect(list.getByRole("button", { name: /^Version 3/ })).toHaveCount(0);

  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Version 1 is the newest again, as version 4.", { exact: true })).toBeVisible();
  const newest = () =>
    page.evaluate(async (id) => {
      const response = await fetch(`/api/trpc/notebook.get?input=${encodeURIComponent(JSON.stringify({ id }))}`);
      return ((await response.json()) as { result: { data: { text: string } } }).result.data.text;
    }, id);
  expect(await newest()).toBe(text("0.1"));
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("“kept” is as it was before.", { exact: true })).toBeVisible();
  expect(await newest()).toContain("Report");
});

test("a notebook begins with a version of another", async ({ signedIn: page }) => {
  await page.goto("/notebooks");
  const id = await makeNotebook(page);
  await page.goto(`/notebooks/${id}/versions?version=1`);
  await page.getByRole("button", { name: "New notebook from it" }).click();
  await page.waitForURL((url) => /\/notebooks\/[\w-]+$/.test(url.pathname) && !url.pathname.includes(id));
  await expect(page.getByLabel("Title of the notebook")).toHaveValue("kept (from version 1)");
  await expect(page.locator("[data-cell]")).toHaveCount(2);
});
