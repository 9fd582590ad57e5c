/** Run control as a person meets it: approvals and the inbox, pause and resume, clear, mark by hand, preview. */
import { callApi } from "./call-api";
import { expect, test } from "./heddle";
import type { Page } from "@playwright/test";

test.describe.configure({ timeout: 150_000 });
const long = { timeout: 60_000 };

async function start(page: Page, fileName: string, text: string): Promise<{ notebook: string; run: string }> {
  await page.goto("/runs");
  const { id: notebook } = await callApi<{ id: string }>(page, "notebook.import", { fileName, text });
  const { id: run } = await callApi<{ id: string }>(page, "run.start", { notebookId: notebook, revision: 1 });
  return { notebook, run };
}

const state = (page: Page, status: string) => page.locator(`[data-run-state="${status}"]`);

const asking = `// ---
// title: Promote a model
// ---

// %% Train
export const error = 0.25;

// %% Promote [approval] form="rate:number, tier:gold|silver"
// The error is **\${error}**. Promote it?

// %% Deploy
export const deployed = \`\${rate * 2} \${tier}\`;
`;

test("an approval is answered in the inbox, and its values reach the cells", async ({ signedIn: page }) => {
  const { run } = await start(page, "promote.ts", asking);
  await page.goto(`/runs/${run}`);
  const rail = page.getByRole("navigation", { name: "Workspace" });
  await expect(rail.getByLabel("1 waits for an answer")).toBeVisible(long);
  await rail.getByRole("link", { name: /Inbox/ }).click();
  const item = page.locator('[data-inbox-item="promote"]');
  await expect(item).toContainText("The error is 0.25. Promote it?");
  await item.getByRole("button", { name: "Approve" }).click();
  await expect(item.getByRole("alert").first()).toContainText("is not filled in");
  await item.getByLabel("rate").fill("1.5");
  await item.getByLabel("tier").selectOption("gold");
  await item.getByLabel("Comment").fill("looks good");
  await item.getByRole("button", { name: "Approve" }).click();
  await expect(item).toBeHidden();
  await expect(page.getByText("Nothing waits for you")).toBeVisible(long);
  await page.goto(`/runs/${run}?tab=outputs`);
  await expect(state(page, "succeeded")).toBeVisible(long);
  await expect(page.getByText("3 gold").first()).toBeVisible();
  await page.goto(`/runs/${run}?tab=notes`);
  await expect(page.getByText("looks good")).toBeVisible();
});

test("an approval is rejected in the task's drawer, and the run says who did it", async ({ signedIn: page }) => {
  const { run } = await start(page, "promote.ts", asking);
  await page.goto(`/runs/${run}?tab=tasks`);
  await page
    .getByRole("button", { name: /^Promote/ })
    .first()
    .click();
  const drawer = page.getByRole("dialog", { name: "Task Promote" });
  const form = drawer.getByRole("form", { name: "Answer for Promote" });
  await expect(form).toBeVisible(long);
  await form.getByLabel("Comment").fill("too risky");
  await form.getByRole("button", { name: "Reject" }).click();
  await expect(state(page, "failed")).toBeVisible(long);
  await expect(drawer).toContainText(/Rejected by .*: too risky/);
  await expect(page.getByText(/“Promote” was rejected by .*: too risky/)).toBeVisible();
});

/** Begins with a question, so that it stands still until the test has paused it. */
const gated = `// ---
// title: In two steps
// ---

// %% Gate [approval]
// Go on?

// %% Second after=gate
export const second = Math.random();
`;

test("a run is paused and resumed; a task is cleared and runs again with what follows", async ({ signedIn: page }) => {
  const { run } = await start(page, "two-steps.ts", gated);
  await page.goto(`/runs/${run}?tab=tasks`);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.locator("[data-paused]")).toContainText("nothing new starts");
  const second = page.getByRole("button", { name: /^Second/ }).first();
  await expect(page.getByRole("button", { name: "Resume" })).toBeVisible();
  // The question is answered all the same; what follows stays where it is.
  await page.getByRole("button", { name: /^Gate/ }).first().click();
  await page.getByRole("form", { name: "Answer for Gate" }).getByRole("button", { name: "Approve" }).click();
  await expect(page.locator('[data-task-drawer="succeeded"]')).toBeVisible(long);
  await page.keyboard.press("Escape");
  await second.click();
  await expect(page.locator('[data-task-drawer="queued"]')).toBeVisible(long);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(state(page, "succeeded")).toBeVisible(long);

  await second.click();
  const drawer = page.getByRole("dialog", { name: "Task Second" });
  await drawer.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Clear from here…" }).click();
  await page.getByRole("button", { name: "Clear and run again" }).click();
  await expect(drawer.getByText("It ran because it was cleared by hand")).toBeVisible(long);
  await expect(state(page, "succeeded")).toBeVisible(long);
  await expect(drawer.getByRole("tab", { name: /^Tries/ })).toContainText("2", long);
});

const failing = `// ---
// title: A check that fails
// ---

// %% Check cache=off
throw new Error("not today");

// %% Follows after=check
export const follows = 1;
`;

test("a failed task is marked as succeeded with a note, and what follows goes on", async ({ signedIn: page }) => {
  const { run } = await start(page, "check.ts", failing);
  await page.goto(`/runs/${run}`);
  const drawer = page.getByRole("dialog", { name: "Task Check" });
  await expect(drawer).toBeVisible(long);
  await drawer.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Mark as succeeded…" }).click();
  const dialog = page.getByRole("dialog", { name: /Mark “Check” as succeeded/ });
  await dialog.getByLabel("Note").fill("checked by eye");
  await dialog.getByRole("button", { name: "Mark as succeeded" }).click();
  await expect(state(page, "succeeded")).toBeVisible(long);
  await expect(drawer).toContainText(/Marked as succeeded by hand by .*: checked by eye/);
  await page.goto(`/runs/${run}?tab=notes`);
  await expect(page.getByText(/marked as succeeded/)).toBeVisible();
  await page.getByLabel("Write a note").fill("remember this one");
  await page.getByRole("button", { name: "Add note" }).click();
  await expect(page.getByText("remember this one")).toBeVisible();
});

const planned = `// ---
// title: Planned
// ---

// %% Parameters [params]
import { param } from "heddle";
const factor = param(2, { min: 1, max: 10 });

// %% Load
const rows = [1, 2, 3];

// %% Scale
export const scaled = rows.map((row) => row * factor);
`;

test("a run again with another parameter is previewed, then started; the notebook previews too", async ({ signedIn: page }) => {
  const { run, notebook } = await start(page, "planned.ts", planned);
  await page.goto(`/runs/${run}`);
  await expect(state(page, "succeeded")).toBeVisible(long);
  await page.getByRole("button", { name: "More ways" }).click();
  await page.getByRole("menuitem", { name: "With other parameters or version…" }).click();
  const dialog = page.getByRole("dialog", { name: "Run again: Planned" });
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.locator('[data-planned="cached"]')).toHaveCount(2, long);
  await dialog.getByLabel("factor").fill("11");
  await expect(dialog.getByText(/"factor" has to be 10 or less/)).toBeVisible(long);
  await expect(dialog.getByRole("button", { name: "Start" })).toBeDisabled();
  await dialog.getByLabel("factor").fill("3");
  await expect(dialog.locator('[data-planned="runs"]')).toContainText("parameter factor", long);
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect.poll(() => new URL(page.url()).pathname).not.toBe(`/runs/${run}`);
  await expect(state(page, "succeeded")).toBeVisible(long);

  await page.goto(`/notebooks/${notebook}`);
  await page.getByRole("button", { name: "More ways to run" }).click();
  await page.getByRole("menuitem", { name: /^Preview/ }).click();
  await expect(page.getByRole("region", { name: "What would run" })).toContainText("2 reused", long);
});

const fanned = `// ---
// title: One bad file
// ---

// %% Read each="file of ['a', 'b', 'c']" cache=off
if (file === "b") throw new Error("unreadable");
const rows = file.length;

// %% Total
export const total = rows.length;
`;

test("one element of a fan-out is marked with a note, a note is written beside it, and what follows runs", async ({ signedIn: page }) => {
  const { run } = await start(page, "files.ts", fanned);
  await page.goto(`/runs/${run}?tab=tasks`);
  await expect(state(page, "failed")).toBeVisible(long);
  await page.getByRole("button", { name: "[1]" }).first().click();
  const drawer = page.getByRole("dialog", { name: /Task Read \[1\]/ });
  await drawer.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Write a note…" }).click();
  const writing = page.getByRole("dialog", { name: /A note on/ });
  await writing.getByLabel("Note").fill("the scanner was broken");
  await writing.getByRole("button", { name: "Add note" }).click();
  await expect(drawer.getByRole("list", { name: "Notes on this task" })).toContainText("the scanner was broken");
  await drawer.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Mark as succeeded…" }).click();
  const dialog = page.getByRole("dialog", { name: /Mark “Read \[1\]” as succeeded/ });
  await expect(dialog).toContainText("the list is shorter without it");
  await dialog.getByLabel("Note").fill("we do without");
  await dialog.getByRole("button", { name: "Mark as succeeded" }).click();
  await expect(state(page, "succeeded")).toBeVisible(long);
  await expect(drawer).toContainText(/Marked as succeeded by hand by .*: we do without/);
  await page.goto(`/runs/${run}?tab=notes`);
  await expect(page.getByText("we do without")).toBeVisible();
  await expect(page.getByText("the scanner was broken")).toBeVisible();
});
