/** Pools as people meet them: made on their page, waited for by name on the page of a run, made larger while tasks wait. */
import type { Page } from "@playwright/test";
import { callApi } from "./call-api";
import { expect, test } from "./heddle";

const slow = `// %% Hold pool=small cache=off
for (;;) await new Promise((resolve) => setTimeout(resolve, 100));
`;
const quick = `// %% Train pool=small lock=door queueTimeout=1h cache=off
export const trained = 1;

// %% Report
export const report = trained + 1;
`;

async function addNotebook(page: Page, fileName: string, text: string): Promise<string> {
  return (await callApi<{ id: string }>(page, "notebook.import", { fileName, text })).id;
}

const toItsEnd = { timeout: 60_000 };
test.describe.configure({ timeout: 180_000 });

test("a pool is made, full, named by what waits for it, made larger, and taken away", async ({ signedIn: page }) => {
  await page.goto("/notebooks");
  await page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "Pools" }).click();
  await expect(page.getByText("as many as the workers have room for").first()).toBeVisible();

  const [holdId, trainId] = [await addNotebook(page, "hold.ts", slow), await addNotebook(page, "train.ts", quick)];
  await expect(callApi(page, "run.start", { notebookId: holdId, revision: 1 })).rejects.toThrow(/There is no pool “small”/);

  await page.getByRole("button", { name: "New pool" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("small");
  await dialog.getByLabel("Places").fill("1");
  await dialog.getByRole("button", { name: "Make the pool" }).click();
  const pool = page.locator('[data-place="pool/small"]');
  await expect(pool).toContainText("0 of 1 place taken");

  const hold = await callApi<{ id: string; number: number }>(page, "run.start", { notebookId: holdId, revision: 1 });
  await expect(pool).toContainText("1 of 1 place taken", toItsEnd);
  const train = await callApi<{ id: string; number: number }>(page, "run.start", { notebookId: trainId, revision: 1 });
  await expect(pool).toContainText("Waiting (1)");
  await expect(pool.getByRole("link", { name: `Train #${train.number}` })).toBeVisible();
  await expect(page.locator('[data-place="lock/door"]')).toContainText("0 of 1 permit taken");

  // The page of the run says why, in the graph and in the task itself.
  await page.goto(`/runs/${train.id}`);
  await page.getByRole("button", { name: /^Train, Queued/ }).hover();
  await expect(page.getByRole("tooltip")).toContainText(
    `The pool “small” is full: its one place is taken by “Hold” of run #${hold.number}.`,
  );
  await page.getByRole("button", { name: /^Train, Queued/ }).click();
  const drawer = page.getByRole("dialog", { name: "Task Train" });
  const why = drawer.getByRole("list", { name: "Why it waits" });
  await expect(why).toContainText("The pool “small” is full");
  await expect(why).toContainText(/It fails as timed out in (59 min|1 h)/);
  await expect(why.getByRole("link", { name: `Hold #${hold.number}` })).toHaveAttribute("href", `/runs/${hold.id}?task=${hold.id}-0`);
  await page.keyboard.press("Escape");
  await page
    .getByRole("button", { name: /^Report/ })
    .first()
    .click();
  const waits = page.getByRole("dialog", { name: "Task Report" }).getByRole("list", { name: "Why it waits" });
  await expect(waits).toContainText("It waits for “Train”, which has not ended.");

  // With one place more it goes on by itself.
  await page.goto("/pools");
  await pool.getByRole("button", { name: "Change" }).click();
  await dialog.getByLabel("Places").fill("2");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(pool).toContainText("1 of 2 places taken");
  await page.goto(`/runs/${train.id}`);
  await expect(page.locator('[data-run-state="succeeded"]')).toBeVisible(toItsEnd);

  await page.goto("/pools");
  await pool.getByRole("button", { name: "Change" }).click();
  await dialog.getByRole("button", { name: "Take the pool away…" }).click();
  await expect(dialog).toContainText("new runs that ask for it are refused");
  await dialog.getByRole("button", { name: "Take the pool away", exact: true }).click();
  await expect(pool).toBeHidden();
  await callApi(page, "run.cancel", { id: hold.id });
});

test("a notebook's runs are limited to one at a time", async ({ signedIn: page }) => {
  await page.goto("/pools");
  const text =
    "// ---\n// title: One at a time\n// ---\n\n// %% Hold cache=off\nfor (;;) await new Promise((resolve) => setTimeout(resolve, 100));\n";
  const id = await addNotebook(page, "one.ts", text);
  await page.reload();
  await page.getByRole("button", { name: "Limit a notebook" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Notebook").selectOption({ label: "One at a time" });
  await dialog.getByLabel("Runs at once").fill("1");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.locator(`[data-limit="${id}"]`)).toContainText("0 of 1 run at once");
  const first = await callApi<{ id: string; number: number }>(page, "run.start", { notebookId: id, revision: 1 });
  await expect(page.locator(`[data-limit="${id}"]`)).toContainText("1 of 1 run at once", toItsEnd);
  const second = await callApi<{ id: string }>(page, "run.start", { notebookId: id, revision: 1, cache: "off" });
  await page.goto(`/runs/${second.id}?task=${second.id}-0`);
  await expect(page.getByRole("list", { name: "Why it waits" })).toContainText(
    `The notebook may have 1 run going at once, and run #${first.number} is.`,
  );
  for (const run of [first, second]) await callApi(page, "run.cancel", { id: run.id });
});

test("a pool that asks for labels shows them, and its tasks wait for a worker that has them", async ({ signedIn: page }) => {
  await page.goto("/pools");
  await page.getByRole("button", { name: "New pool" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("large");
  await dialog.getByLabel("Labels").fill("zone=eu gpu");
  await dialog.getByRole("button", { name: "Make the pool" }).click();
  // Told in place, and nothing is lost.
  await expect(dialog.getByLabel("Labels")).toBeFocused();
  await dialog.getByLabel("Labels").fill("gpu=a100, zone=eu");
  await dialog.getByRole("button", { name: "Make the pool" }).click();
  const pool = page.locator('[data-place="pool/large"]');
  await expect(pool).toContainText("gpu=a100");
  await expect(pool).toContainText("zone=eu");
  const id = await addNotebook(page, "labelled.ts", "// %% Train pool=large cache=off\nexport const trained = 1;\n");
  const run = await callApi<{ id: string }>(page, "run.start", { notebookId: id, revision: 1 });
  await page.goto(`/runs/${run.id}?task=${run.id}-0`);
  await expect(page.getByRole("list", { name: "Why it waits" })).toContainText(/gpu=a100/);
  await callApi(page, "run.cancel", { id: run.id });
});
