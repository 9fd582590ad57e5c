/** A notebook that runs another one: from the task to the run that it started, and back to who called. */
import { callApi } from "./call-api";
import { expect, test } from "./heddle";

const called = `// ---
// title: Train once
// ---

// %% Parameters [params]
import { param } from "heddle";
const rate = param(0.1);

// %% Train
import { log } from "heddle";
import fs from "node:fs";
log.info("rate", rate);
while (rate > 0.3 && !fs.existsSync("data/sub-runs-go-on")) await new Promise((resolve) => setTimeout(resolve, 50));
export const loss = rate * 2;
`;

const caller = `// ---
// title: Search
// ---

// %% Search
import { runNotebook } from "heddle";
const losses: number[] = [];
for (const rate of [0.1, 0.2, 0.4]) losses.push((await runNotebook<{ loss: number }>("Train once", { rate })).loss);
export const best = Math.min(...losses);

// %% Report
export const report = "best " + best;
`;

test("the task lists the runs that it started, live, and each says who called it", async ({ signedIn: page, heddle }) => {
  test.setTimeout(180_000);
  await page.goto("/notebooks");
  await callApi(page, "notebook.import", { text: called, fileName: "train-once.ts" });
  const { id: notebookId } = await callApi<{ id: string }>(page, "notebook.import", { text: caller, fileName: "search.ts" });
  const { id, number } = await callApi<{ id: string; number: number }>(page, "run.start", { notebookId, revision: 1 });
  await page.goto(`/runs/${id}?tab=graph`);
  await page.locator("button", { has: page.locator("[data-calls]") }).click();
  const runs = page.getByRole("region", { name: "Runs that it started" });
  // The third one waits for this test.
  await expect(runs.locator("[data-called-run]")).toHaveCount(3, { timeout: 60_000 });
  await expect(runs.locator('[data-called-run="succeeded"]')).toHaveCount(2);
  await expect(runs.getByText("waits for one of them")).toBeVisible();
  await expect(runs.locator('[data-called-run="running"]')).toContainText("rate=0.4");
  await page.screenshot({ path: "test-results/sub-runs-live.png" });
  const { writeFile } = await import("node:fs/promises");
  const { dataFolder } = await findData(heddle.home);
  await writeFile(`${dataFolder}/sub-runs-go-on`, "");
  await expect(runs.locator('[data-called-run="succeeded"]')).toHaveCount(3);
  await page.screenshot({ path: "test-results/sub-runs-drawer.png" });

  await runs.getByRole("link").first().click();
  await expect(page.locator("[data-run-state=succeeded]")).toBeVisible();
  const back = page.getByRole("link", { name: `run #${number} · Search` });
  await expect(back).toBeVisible();
  await page.screenshot({ path: "test-results/sub-runs-child.png" });
  await back.click();
  await expect(page.locator("[data-task-drawer=succeeded]")).toBeVisible();
  await expect(page.getByRole("region", { name: "Runs that it started" }).locator("[data-called-run]")).toHaveCount(3);

  await page.goto("/runs");
  // Before its rows are there the page does not listen yet.
  await expect(page.getByRole("table", { name: "Runs" }).getByText("Search").first()).toBeVisible();
  await page.getByRole("combobox", { name: "Started by" }).selectOption("notebook");
  await expect(page.getByRole("table", { name: "Runs" }).getByText("Train once")).toHaveCount(3);
  await expect(page.getByRole("table", { name: "Runs" }).getByText("Search")).toHaveCount(0);
  await page.screenshot({ path: "test-results/sub-runs-list.png" });
});

async function findData(home: string): Promise<{ dataFolder: string }> {
  const { readdir } = await import("node:fs/promises");
  const [workspace] = await readdir(`${home}/data`);
  return { dataFolder: `${home}/data/${workspace}` };
}
