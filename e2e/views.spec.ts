import type { Page } from "@playwright/test";
import { callApi } from "./call-api";
import { expect, test } from "./heddle";

/** The views that look back: grid, durations, events, resource use, a large fan-out. Each in a real run. */
const text = `// %% Parameters [params]
import { param } from "heddle";
const pause = param(0, { min: 0, max: 60_000 });
const broken = param(false);

// %% Load
const numbers = Array.from({ length: 400 }, (_, n) => n);

// %% Each each="n of numbers"
const one = n + 1;

// %% Work cache=off retries=1 retryDelay=10ms
const kept = [];
const until = Date.now() + pause;
while (Date.now() < until) {
  if (kept.length < 40) kept.push(new Float64Array(250_000).fill(1));
  await new Promise((resolve) => setTimeout(resolve, 1));
}
if (broken) throw new Error("The work broke");
const done = kept.length;

// %% Sum
export const sum = one.reduce((a, b) => a + b, 0) + done;
`;

async function start(page: Page, notebookId: string, params: Readonly<Record<string, unknown>>, ends: string): Promise<string> {
  await page.goto("/notebooks");
  const { id } = await callApi<{ id: string }>(page, "run.start", { notebookId, revision: 1, params });
  await page.goto(`/runs/${id}?tab=tasks`);
  await expect(page.locator(`[data-run-state="${ends}"]`)).toBeVisible({ timeout: 60_000 });
  return id;
}

test.describe.configure({ mode: "serial" });

let notebookId: string;
let quick: string;
let failed: string;
let long: string;

test("a large fan-out is counted, its elements come as one scrolls, and one opens in the drawer", async ({ signedIn: page }) => {
  await page.goto("/notebooks");
  ({ id: notebookId } = await callApi<{ id: string }>(page, "notebook.import", { fileName: "views.ts", text }));
  quick = await start(page, notebookId, {}, "succeeded");
  await page.goto(`/runs/${quick}?tab=tasks`);
  await expect(page.getByRole("tab", { name: /Tasks/ })).toContainText("403");
  await page.getByRole("button", { name: "Unfold Each" }).click();
  await expect(page.getByRole("button", { name: "[3]", exact: true })).toBeVisible();
  await page.evaluate(() => scrollTo(0, 350 * 32));
  await page.getByRole("button", { name: "[350]", exact: true }).click();
  await expect(page.getByRole("dialog", { name: "Task Each [350]" })).toContainText("Succeeded");
});

test("what happened is told in sentences, of one task when it is chosen", async ({ signedIn: page }) => {
  failed = await start(page, notebookId, { broken: true }, "failed");
  await page.goto(`/runs/${failed}?tab=events`);
  const events = page.getByRole("list", { name: "What happened, newest first" });
  await expect(events).toContainText("The run failed");
  await expect(events).toContainText("Work failed (try 2)");
  await expect(events).toContainText(/\d+ elements of Each/);
  await page.getByRole("combobox", { name: "Task" }).selectOption({ label: "Load" });
  await expect(events).not.toContainText("Work");
  await expect(events).toContainText("Load");
  await expect(page).toHaveURL(/of=load/);
});

test("CPU and memory of a try stand beside what it may use, and of the run above its Gantt chart", async ({ signedIn: page }) => {
  long = await start(page, notebookId, { pause: 4_500 }, "succeeded");
  await page.goto(`/runs/${long}?tab=timeline`);
  await expect(page.getByRole("img", { name: /^Memory of the run: at most/ })).toBeVisible();
  await page.getByRole("button", { name: "Work", exact: true }).click();
  await page.getByRole("tab", { name: /Tries/ }).click();
  const usage = page.locator('[data-usage-of="1"]');
  await expect(usage.getByRole("img", { name: /^Memory: at most .* of 1(\.1)? GB$/ })).toBeVisible();
  await expect(usage.getByRole("img", { name: /^CPU: at most/ })).toBeVisible();
});

test("the grid shows every task of every run, by keyboard too, and leads to the task", async ({ signedIn: page }) => {
  await page.goto(`/notebooks/${notebookId}`);
  await page.getByRole("link", { name: "Its runs side by side" }).click();
  const grid = page.getByRole("grid", { name: "Tasks by run" });
  await expect(grid.locator("thead [data-run]")).toHaveCount(3);
  await expect(grid.getByRole("rowheader")).toHaveText(["Load", "Each", "Work", "Sum"]);
  await expect(grid.getByRole("link", { name: /^Each, run #\d+: succeeded.*400 succeeded/ }).first()).toBeVisible();
  await grid.locator(`[data-run="${long}"]`).focus();
  await page.keyboard.press("ArrowLeft");
  for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowDown");
  await expect(page.locator(":focus")).toHaveAttribute("aria-label", /^Work, run #\d+: failed/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/runs/${failed}\\?task=`));
  await expect(page.getByRole("dialog", { name: "Task Work" })).toContainText("The work broke");
});

test("durations name the run that took far longer than usual", async ({ signedIn: page }) => {
  for (let n = 0; n < 4; n++) await start(page, notebookId, {}, "succeeded");
  await page.goto(`/notebooks/${notebookId}/runs?side=durations`);
  const work = page.locator('[data-duration-of="work"]');
  // The first run may have been slow too, on a machine that is busy.
  await expect(work.locator(`a[href*="${long}"]`).first()).toHaveAttribute("aria-label", /, unusually slow$/);
  await expect(work).toContainText(/Run #\d+ took 4\.\d s, \d+(\.\d)? times the median/);
});

test("a run is kept for good from its page, is found by that, and let go again", async ({ signedIn: page }) => {
  await page.goto(`/runs/${quick}`);
  await page.getByRole("button", { name: "Pin", exact: true }).click();
  await expect(page.getByText("Kept for good: no sweep removes this run.", { exact: true })).toBeVisible();
  await page.goto("/settings#storage");
  await page.getByRole("link", { name: "1 pinned run" }).click();
  await expect(page.getByRole("table", { name: "Runs" }).getByRole("img", { name: "Kept for good" })).toHaveCount(1);
  await expect(page.locator("[data-run]")).toHaveCount(1);
  await page.locator(`[data-run="${quick}"]`).click();
  await page.getByRole("button", { name: "Unpin" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: "Unpin" })).toBeVisible();
  await page.getByRole("button", { name: "Unpin" }).click();
  await page.goto("/runs?pinned=1");
  await expect(page.getByText("No such run")).toBeVisible();
});

test("a log at its limit says on the page where it is cut and how much of it", async ({ signedIn: page }) => {
  const loud = `// %% Loud
const block = ("x".repeat(1023) + "\\n").repeat(1024);
for (let n = 0; n < 100; n++) process.stdout.write(block);
console.log("the end");
`;
  await page.goto("/notebooks");
  const { id } = await callApi<{ id: string }>(page, "notebook.import", { fileName: "loud.ts", text: loud });
  const run = await start(page, id, {}, "succeeded");
  await page.goto(`/runs/${run}?task=${run}-0&pane=logs`);
  const log = page.getByRole("dialog", { name: "Task Loud" }).getByRole("log");
  await expect(log.getByText(/^\d\d(\.\d)? MB of output were cut from this log\.$/)).toBeVisible();
  await expect(log.getByText("The log of this attempt reached 64 MB. What follows is not kept.")).toBeVisible();
});
