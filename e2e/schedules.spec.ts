/** Schedules as people meet them: made by keyboard and mouse, fired for real, paused, run now, kept off days, made up for, removed. */
import type { Page } from "@playwright/test";
import { callApi } from "./call-api";
import { expect, test } from "./heddle";

const toItsEnd = { timeout: 90_000 };
test.describe.configure({ timeout: 240_000 });

let notebooks = 0;

async function addNotebook(page: Page): Promise<{ id: string; title: string }> {
  notebooks += 1;
  const title = `Nightly ${notebooks}`;
  const text = `// ---\n// title: ${title}\n// ---\n\n// %% Parameters [params]\nimport { param } from "heddle";\nconst day = param("2026-01-01", { format: "date" });\nconst size = param(2, { min: 1, integer: true });\n\n// %% Load cache=off\nimport { run } from "heddle";\nexport const loaded = day + " " + size + " " + run.logicalDate;\n`;
  return { id: (await callApi<{ id: string }>(page, "notebook.import", { fileName: "nightly.ts", text })).id, title };
}

async function addSchedule(page: Page, notebookId: string, name: string, more: object = {}): Promise<string> {
  const timing = { type: "cron", expression: "0 6 * * *" };
  const { id } = await callApi<{ id: string }>(page, "schedule.save", { notebookId, name, timing, timeZone: "Europe/Berlin", ...more });
  return id;
}

const fires = (page: Page) => page.getByRole("region", { name: "Next fire times" }).getByRole("listitem");

test("one is made by keyboard: fire times are seen while typing, what is wrong is told, its date goes to a parameter", async ({
  signedIn: page,
}) => {
  await page.goto("/notebooks");
  const { title } = await addNotebook(page);
  await page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "Schedules" }).click();
  await expect(page.getByRole("heading", { name: "Nothing runs by itself yet" })).toBeVisible();
  await page.getByRole("button", { name: "New schedule" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New schedule" });

  await dialog.getByRole("combobox", { name: "Notebook" }).fill(title);
  await expect(dialog.getByRole("option", { name: title })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("combobox", { name: "Notebook" })).toHaveValue(title);
  const zone = dialog.getByRole("combobox", { name: "Time zone" });
  await zone.fill("new york");
  // Escape closes the list, not the form.
  await page.keyboard.press("Escape");
  await expect(zone).not.toHaveAttribute("aria-expanded", "true");
  await zone.fill("new york");
  await page.keyboard.press("Enter");
  await expect(zone).toHaveValue("America/New_York");

  const cron = dialog.getByLabel("Cron expression");
  await cron.fill("0 6 * *");
  await expect(cron).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByRole("alert")).toContainText("“0 6 * *” has 4 parts. Write five parts");
  await cron.fill("30 7 * * 1-5");
  await expect(dialog.locator("[data-timing-words]")).toContainText("07:30");
  await expect(fires(page)).toHaveCount(10);
  await expect(fires(page).first()).toContainText(/07:30 UTC−0[45]:00/);

  // One of the parameters is given the date of each run.
  await dialog.getByLabel("Gets the date of the run").selectOption("day");
  await expect(dialog.getByLabel("day", { exact: true })).toHaveValue("The day of the run");
  const size = dialog.getByLabel("size", { exact: true });
  await size.fill("0");
  await expect(dialog.getByRole("alert")).toContainText("size");
  await size.fill("5");
  await page.keyboard.press("Control+Enter");
  await expect(dialog).toBeHidden();

  const row = page.locator("[data-schedule]").filter({ hasText: title });
  await expect(row).toContainText("30 7 * * 1-5");
  await expect(row).toContainText("America/New_York");
  await expect(row).toContainText("has not fired yet");

  // It comes back as it was saved.
  await row.getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: "Edit…" }).click();
  const edit = page.getByRole("dialog", { name: /^Edit/ });
  await expect(edit.getByLabel("Cron expression")).toHaveValue("30 7 * * 1-5");
  await expect(edit.getByLabel("size", { exact: true })).toHaveValue("5");
  await expect(edit.getByLabel("Gets the date of the run")).toHaveValue("day");
  await edit.getByRole("tab", { name: "Interval" }).click();
  await edit.getByRole("textbox", { name: "Every" }).fill("2");
  await edit.getByLabel("Unit").selectOption("hours");
  await expect(edit.locator("[data-timing-words]")).toHaveText("Every 2 hours");
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("Every 2 hours");

  // And the notebook says so, too.
  await row.getByRole("link", { name: title, exact: true }).last().click();
  await page.waitForURL(/\/notebooks\//);
  await page.goto(`${new URL(page.url()).pathname}/runs`);
  await expect(page.locator("[data-notebook-schedules]")).toContainText("Every 2 hours");
  await page.locator("[data-notebook-schedules]").getByRole("link", { name: "Every 2 hours" }).click();
  await expect(page).toHaveURL(/\/schedules\//);
});

test("one with seconds fires by itself, its runs stand in the history; paused, nothing more happens", async ({ signedIn: page }) => {
  await page.goto("/schedules");
  const { id: notebookId, title } = await addNotebook(page);
  await page.goto(`/schedules?new=${notebookId}`);
  const dialog = page.getByRole("dialog", { name: "New schedule" });
  await expect(dialog.getByRole("combobox", { name: "Notebook" })).toHaveValue(title);
  await dialog.getByLabel("Name").fill("Every two seconds");
  await dialog.getByLabel("Allow seconds").check();
  await dialog.getByLabel("Cron expression").fill("*/2 * * * * *");
  await expect(fires(page)).toHaveCount(10);
  await dialog.getByRole("button", { name: "Make the schedule" }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole("link", { name: "Every two seconds" }).click();
  const succeeded = page.locator('[data-fire="succeeded"][data-round="clock"]');
  await expect(succeeded.first()).toBeVisible(toItsEnd);

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("“Every two seconds” is paused.", { exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "The schedule in one glance" })).toContainText("Paused");
  const id = new URL(page.url()).pathname.split("/").at(-1)!;
  const paused = await page.evaluate(async (id) => {
    const response = await fetch(`/api/trpc/schedule.get?input=${encodeURIComponent(JSON.stringify({ id }))}`);
    return ((await response.json()) as { result: { data: { paused: boolean; nextFireAt?: string } } }).result.data;
  }, id);
  expect(paused).toMatchObject({ paused: true });
  expect(paused.nextFireAt).toBeUndefined();

  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(page.locator("[data-next-fire]")).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("button", { name: "Resume" })).toBeVisible();

  await succeeded.first().getByRole("link").click();
  await expect(page.locator('[data-run-state="succeeded"]')).toBeVisible();
  await expect(page.getByRole("region", { name: "The run in one glance" })).toContainText("Schedule");
});

test("run now leads to the run; one that cannot start says why", async ({ signedIn: page }) => {
  await page.goto("/schedules");
  const { id: notebookId } = await addNotebook(page);
  await addSchedule(page, notebookId, "By hand", { dateParam: "day" });
  const lost = await addSchedule(page, notebookId, "Lost its parameter", { dateParam: "month" });
  await page.reload();
  await page.getByRole("button", { name: "Run “By hand” now" }).click();
  await page.waitForURL(/\/runs\//, toItsEnd);
  await expect(page.locator('[data-run-state="succeeded"]')).toBeVisible(toItsEnd);

  await page.goto(`/schedules/${lost}`);
  await page.getByRole("button", { name: "Run now" }).click();
  await expect(page.locator('[data-fire="failed"][data-round="hand"]')).toContainText(
    "The notebook has no parameter “month” any more",
    toItsEnd,
  );
});

test("a calendar leaves its day out of the fire times; while it is used it stays", async ({ signedIn: page }) => {
  await page.goto("/schedules");
  const { id: notebookId } = await addNotebook(page);
  await page.goto(`/schedules?new=${notebookId}`);
  const dialog = page.getByRole("dialog", { name: "New schedule" });
  await dialog.getByLabel("Name").fill("Not on holidays");
  await expect(fires(page)).toHaveCount(10);
  const third = (await fires(page).nth(2).locator("time").first().getAttribute("datetime"))!;

  await dialog.getByRole("button", { name: "New calendar…" }).click();
  const calendar = page.getByRole("dialog", { name: "New calendar" });
  await calendar.getByLabel("Name").fill("Holidays");
  await calendar.getByLabel("Days left out").fill("2026-02-30\n");
  await expect(calendar.getByRole("alert")).toContainText("Line 1: “2026-02-30” is no day");
  const day = await page.evaluate((at) => new Intl.DateTimeFormat("en-CA", { dateStyle: "short" }).format(new Date(at)), third);
  await calendar.getByLabel("Days left out").fill(day);
  await calendar.getByRole("button", { name: "Make the calendar" }).click();
  await expect(calendar).toBeHidden();
  await expect(dialog.getByLabel(/^Holidays/)).toBeChecked();
  await expect(fires(page)).toHaveCount(11);
  await expect(fires(page).nth(2)).toContainText("left out by “Holidays”");
  await page.keyboard.press("Control+Enter");
  await expect(dialog).toBeHidden();

  await page.getByRole("button", { name: "Calendars" }).click();
  const calendars = page.getByRole("dialog", { name: "Calendars" });
  await expect(calendars).toContainText("used by 1 schedule");
  await calendars.getByRole("button", { name: "Remove “Holidays”" }).click();
  await expect(calendars.getByRole("alert")).toContainText("It is used by “Not on holidays”: take it out there first.");
});

test("a range of three days is made up for, and the schedule goes when it is removed", async ({ signedIn: page }) => {
  await page.goto("/schedules");
  const { id: notebookId } = await addNotebook(page);
  const id = await addSchedule(page, notebookId, "Daily", { dateParam: "day" });
  await page.goto(`/schedules/${id}?side=backfills`);
  await page.getByRole("button", { name: "Backfill…" }).click();
  const dialog = page.getByRole("dialog", { name: /^Backfill/ });
  await dialog.getByLabel("From").fill("2026-03-28T00:00:00");
  await dialog.getByLabel("To").fill("2026-03-27T00:00:00");
  await expect(dialog.getByRole("alert")).toHaveText("It ends before it begins.");
  // Over the night in which the clocks are put forward.
  await dialog.getByLabel("To").fill("2026-03-30T23:00:00");
  await expect(dialog.locator("[data-plan]")).toHaveText("3 runs");
  await expect(dialog.getByRole("listitem").first()).toContainText("06:00 UTC+01:00");
  await expect(dialog.getByRole("listitem").last()).toContainText("06:00 UTC+02:00");
  await dialog.getByRole("button", { name: "Start 3 runs" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.locator('[data-backfill="done"]')).toContainText("3 succeeded", toItsEnd);
  await expect(page.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "3");

  await page.getByRole("tab", { name: "History" }).click();
  await expect(page.locator('[data-fire="succeeded"][data-round="backfill"]')).toHaveCount(3);
  await page.getByLabel("What became of it").selectOption("Failed");
  await expect(page.locator("[data-fire]")).toHaveCount(0);

  // What has a run is left alone the next time.
  await page.goto(`/schedules/${id}?side=backfills`);
  await page.getByRole("button", { name: "Backfill…" }).click();
  await dialog.getByLabel("From").fill("2026-03-28T00:00:00");
  await dialog.getByLabel("To").fill("2026-03-30T23:00:00");
  await expect(dialog.locator("[data-plan]")).toHaveText("0 runs, 3 left out");
  await expect(dialog.getByRole("button", { name: "Start" })).toBeDisabled();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Remove…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.waitForURL(/\/schedules$/);
  await expect(page.getByText("“Daily” is removed.", { exact: true })).toBeVisible();
  await expect(page.locator(`[data-schedule="${id}"]`)).toBeHidden();
});
