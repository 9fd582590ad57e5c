/** The main job: open a notebook, run it, watch it train, change one cell, run again, compare the runs. */
import type { Locator } from "@playwright/test";
import { expect, test } from "./heddle";

const notebook = `// ---
// title: Fit a line
// ---

// %% Settings [params]
import { param } from "heddle";
const rate = param(0.001, { min: 0, max: 1, title: "Rate" });

// %% Load
const rows = Array.from({ length: 30 }, (_, n) => ({ x: n / 10, y: (3 * n) / 10 }));
console.log(\`\${rows.length} rows\`);
rows

// %% Train
import { metric } from "heddle";
let slope = 0;
for (let step = 0; step < 60; step++) {
  let gradient = 0;
  for (const { x, y } of rows) gradient += (slope * x - y) * x;
  slope -= rate * gradient;
  metric("loss", gradient * gradient, { step });
  console.log(\`step \${step}: slope \${slope}\`);
  await new Promise((resolve) => setTimeout(resolve, 30));
}
export const fitted = slope;

// %% Report
export const distance = Math.abs(fitted - 3);
`;

test("a person imports a notebook, runs it, changes one cell, runs again and compares", async ({ signedIn: page }) => {
  test.setTimeout(120_000);
  await page.goto("/notebooks");
  await page.locator('input[type="file"]').setInputFiles({ name: "fit.ts", mimeType: "text/plain", buffer: Buffer.from(notebook) });
  await page.waitForURL(/\/notebooks\/.+/);
  const graph = page.getByLabel("Graph of tasks");
  for (const title of ["Load", "Train", "Report"]) await expect(graph.getByText(title, { exact: true })).toBeVisible();

  await page.getByRole("button", { name: "Run all" }).click();
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Run all" })).toBeVisible({ timeout: 30_000 });
  const report = page.getByRole("region", { name: "Report" });
  await expect(report.getByText("distance").first()).toBeVisible();

  // The run has a page of its own, with its curve, its log and its values.
  await page.goto("/runs");
  const runs = page.getByRole("row").filter({ hasText: "Fit a line" });
  await runs.first().locator("[data-run]").click();
  await expect(page.getByLabel("The run in one glance").getByText("Succeeded")).toBeVisible();
  await page.getByRole("tab", { name: /^Metrics/ }).click();
  await expect(page.getByText("loss", { exact: true }).first()).toBeVisible();
  await page.getByRole("tab", { name: /^Tasks/ }).click();
  await page.getByText("Train", { exact: true }).first().click();
  await page.getByRole("tab", { name: /^Logs/ }).click();
  await expect(page.getByText(/step \d+: slope/).first()).toBeVisible();
  await page.getByRole("tab", { name: "Result" }).click();
  await expect(page.getByText("fitted").first()).toBeVisible();

  // One cell changes: only it and its readers run again.
  await page.goto("/notebooks");
  await page.getByRole("link", { name: "Fit a line" }).first().click();
  const source = page.locator(".cm-content", { hasText: "Math.abs" });
  // Editors come as one scrolls near.
  await report.scrollIntoViewIfNeeded();
  await source.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\nexport const squared = distance ** 2;");
  await expect(page.getByText("Saved")).toBeVisible();
  await page.getByRole("button", { name: "Run all" }).click();
  await expect(report.getByText("squared").last()).toBeVisible({ timeout: 30_000 });
  await page.goto("/runs");
  await expect(runs).toHaveCount(2);
  await runs.first().locator("[data-run]").click();
  await expect(page.getByLabel("The run in one glance").getByText("Succeeded")).toBeVisible();
  await page.getByRole("tab", { name: /^Tasks/ }).click();
  await expect(page.getByRole("row", { name: /Reused from cache Load from run/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /Reused from cache Train from run/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /Succeeded Report/ })).toBeVisible();
  await page.getByText("Report", { exact: true }).first().click();
  await expect(page.getByText(/It ran because/)).toBeVisible();

  // Both runs side by side.
  await page.goto("/runs");
  await tick(runs.nth(0).getByRole("checkbox"));
  await tick(runs.nth(1).getByRole("checkbox"));
  await page
    .getByRole("button", { name: /Compare 2 runs/ })
    .or(page.getByRole("link", { name: /Compare 2 runs/ }))
    .click();
  await page.waitForURL(/\/compare\?/);
  await expect(page.getByRole("rowheader", { name: /squared/ })).toBeVisible();
  // The same data and the same model gave the same: it is there for whoever asks.
  await expect(page.getByRole("rowheader", { name: /distance/ })).toHaveCount(0);
  await page.getByText("Also what is the same").click();
  await expect(page.getByRole("rowheader", { name: /distance/ })).toBeVisible();
});

test("an example of real training runs to its numbers", async ({ signedIn: page }) => {
  await page.goto("/runs?trigger=example");
  await page.getByRole("row").filter({ hasText: "Fuel economy" }).last().locator("[data-run]").click();
  const glance = page.getByLabel("The run in one glance");
  await expect(glance.getByText("Succeeded")).toBeVisible({ timeout: 60_000 });
  await expect(glance.getByText("meanAbsoluteError", { exact: true })).toBeVisible();
});

/** The ticks live in the address: a box follows its click a moment later. */
async function tick(box: Locator): Promise<void> {
  await box.click();
  await expect(box).toBeChecked();
}
