/** A run as it goes: live states, the task drawer, logs that can be linked to, curves, and runs against one another. */
import { callApi } from "./call-api";
import { expect, test } from "./heddle";
import type { Page } from "@playwright/test";

const training = (learn: string) => `// ---
// title: Line through noise
// ---

// %% Parameters [params]
import { param } from "heddle";
const rate = param(0.1, { min: 0, max: 1 });

// %% Load
const points = [1, 2, 3].map((x) => ({ x, y: 2 * x }));

// %% Train each="point of points"
import { metric } from "heddle";
let w = 0;
for (let epoch = 0; epoch < 40; epoch++) {
  ${learn}
  metric("loss", epoch === 20 ? NaN : (w * point.x - point.y) ** 2, { step: epoch });
}

// %% Report
export const weight = w.reduce((a, b) => a + b, 0) / w.length;
`;

const failing = `// %% Load
for (let i = 1; i <= 1500; i++) console.log("row", i);
console.error("the last row is empty");
const rows = [{ name: "a" }, {}] as { name: string }[];

// %% Clean
const names = rows.map((row) => row.name.toUpperCase());

// %% Count
export const count = names.length;
`;

/** Waits for a signal of the test: a file of the data folder would be shared, so it counts ticks instead. */
const slow = `// %% Wait cache=off
import { log, progress } from "heddle";
for (let i = 1; i <= 1200; i++) {
  log.info("tick", i);
  progress(i, 1200, "ticking");
  await new Promise((resolve) => setTimeout(resolve, 100));
}
`;

async function addNotebook(page: Page, fileName: string, text: string): Promise<string> {
  if (!page.url().includes("/runs")) await page.goto("/runs");
  return (await callApi<{ id: string }>(page, "notebook.import", { fileName, text })).id;
}

async function start(page: Page, notebookId: string, params: Record<string, unknown> = {}, revision = 1): Promise<string> {
  return (await callApi<{ id: string }>(page, "run.start", { notebookId, revision, params })).id;
}

/** A run on a busy machine, its first container included. */
const toItsEnd = { timeout: 60_000 };
test.describe.configure({ timeout: 150_000 });

const state = (page: Page, status: string) => page.locator(`[data-run-state="${status}"]`);

test("a run is followed live, and cancelled", async ({ signedIn: page }) => {
  const run = await start(page, await addNotebook(page, "slow.ts", slow));
  await page.goto(`/runs/${run}`);
  await expect(state(page, "running")).toBeVisible(toItsEnd);
  await page.getByRole("button", { name: /^Wait/ }).first().click();
  const drawer = page.getByRole("dialog", { name: "Task Wait" });
  const log = drawer.getByRole("log");
  const ticks = log.getByText(/^tick \d+$/);
  await expect(ticks.last()).toBeVisible(toItsEnd);
  const seen = Number((await ticks.last().innerText()).slice(5));
  // The end of the log is followed: later lines come by themselves.
  await expect(log.getByText(`tick ${seen + 30}`, { exact: true })).toBeVisible(toItsEnd);
  await expect(drawer.getByText(/of 1,200 · ticking/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(state(page, "cancelled")).toBeVisible(toItsEnd);
});

test("what failed is open already, with its line, its log and its address", async ({ signedIn: page }) => {
  const run = await start(page, await addNotebook(page, "failing.ts", failing));
  await page.goto(`/runs/${run}?tab=tasks`);
  await expect(state(page, "failed")).toBeVisible(toItsEnd);

  await page.goto(`/runs/${run}`);
  const drawer = page.getByRole("dialog", { name: "Task Clean" });
  await expect(drawer.getByRole("region", { name: "Error" })).toContainText("TypeError");
  await expect(page).toHaveURL(/task=/);
  await drawer.getByRole("link", { name: "Clean, line 1" }).first().click();
  await expect(page.getByRole("tab", { name: "Code" })).toHaveAttribute("aria-selected", "true");
  await expect(page.getByRole("region", { name: "Clean" })).toContainText("row.name.toUpperCase()");
  await page.goBack();
  await expect(drawer).toBeVisible();

  await drawer.getByRole("button", { name: "Task before" }).click();
  const load = page.getByRole("dialog", { name: "Task Load" });
  await load.getByRole("tab", { name: /Logs/ }).click();
  await expect(load.getByText("the last row is empty")).toBeVisible();
  await load.getByLabel("Search the log").fill("row 77");
  await expect(load.getByText("row 777", { exact: true })).toBeVisible();
  await expect(load.getByRole("status")).toHaveText(/11 of 1,50/);
  await load.getByRole("link", { name: "Link to line 777" }).click();
  await page.reload();
  await expect(load.locator('[data-log-line="777"]')).toContainText("row 777");
  await expect(load.locator('[data-log-line="777"]')).toBeInViewport();
});

test("runs are ticked in the list and compared: parameters, curves, code", async ({ signedIn: page }) => {
  const notebook = await addNotebook(page, "line.ts", training("w -= rate * 0.1 * (w * point.x - point.y) * point.x;"));
  const first = await start(page, notebook, { rate: 0.1 });
  const second = await start(page, notebook, { rate: 0.5 });
  const saved = await callApi<{ revision: number }>(page, "notebook.save", {
    id: notebook,
    revision: 1,
    text: training("w -= rate * 0.2 * (w * point.x - point.y) * point.x;"),
  });
  const third = await start(page, notebook, { rate: 0.5 }, saved.revision);

  await page.goto(`/runs?notebook=${notebook}`);
  await expect(page.getByRole("row").filter({ hasText: "Succeeded" })).toHaveCount(3, toItsEnd);
  const ticks = page.getByRole("checkbox");
  await ticks.first().click();
  await ticks.last().click({ modifiers: ["Shift"] });
  await page.getByRole("button", { name: "Compare 3 runs" }).click();
  await page.waitForURL(/\/compare/);
  for (const id of [first, second, third]) await expect(page.locator(`[data-compared="${id}"]`)).toBeVisible();

  await expect(page.locator('[data-parameter="rate"]')).toContainText("0.1");
  await expect(page.locator('[data-value-row="weight"]')).toBeVisible();
  const chart = page.locator('[data-chart="loss"]');
  await expect(chart.locator("[data-renderer]")).toBeVisible();
  await chart.getByRole("group", { name: /^loss, 9 lines/ }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(chart.getByText("Step 0", { exact: true })).toBeVisible();

  // A hidden run leaves the charts and the address says so.
  await page.locator(`[data-compared="${first}"]`).getByRole("button", { name: /^Hide/ }).click();
  await expect(chart.getByRole("group", { name: /^loss, 6 lines/ })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`hide=${first}`));
  await page.getByLabel("Fan-outs").selectOption("mean");
  await expect(chart.getByRole("group", { name: /^loss, 2 lines/ })).toBeVisible();

  await page.getByLabel("First run").selectOption(first);
  await page.getByLabel("Second run").selectOption(third);
  const code = page.locator('[data-diff="changed"]');
  await expect(code).toContainText("rate * 0.2");
  await expect(code).toContainText("rate * 0.1");
});

test("a fan-out of many is folded, opened and filtered without weight", async ({ signedIn: page }) => {
  const wide = `// %% List\nconst xs = Array.from({ length: 300 }, (_, i) => i);\n\n// %% Square each="x of xs"\nif (x === 250) throw new Error("no");\nconst y = x * x;\n`;
  const run = await start(page, await addNotebook(page, "wide.ts", wide));
  await page.goto(`/runs/${run}?tab=tasks`);
  await expect(state(page, "failed")).toBeVisible(toItsEnd);
  await page.getByRole("button", { name: "Unfold Square" }).click();
  await expect(page.getByRole("button", { name: "[0]", exact: true })).toBeVisible();
  expect(await page.getByRole("row").count()).toBeLessThan(120);
  await page.getByLabel("State of the tasks").selectOption("failed");
  await page.getByRole("button", { name: "[250]", exact: true }).click();
  await expect(page.getByRole("dialog", { name: "Task Square [250]" })).toContainText("no");
});
