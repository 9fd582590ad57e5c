import { expect, makeHome, signIn, startHeddle, test, type Heddle } from "./heddle";
import type { Page, Response } from "@playwright/test";
import fs from "node:fs";
import { callApi } from "./call-api";

/**
 * A run of 10,000 elements, made by a real fan-out in local processes, from every side: the server counts, the page draws what is
 * in the window, and what is sent does not grow with the fan-out. How long that takes: bench/runpage.ts.
 */
const elements = 10_000;
const text = `// %% List
const numbers = Array.from({ length: ${elements} }, (_, n) => n);

// %% Each each="n of numbers"
if (n === 7777) throw new Error("Seven thousand");
const one = n + 1;

// %% Late
import { log } from "heddle";
log.info("begins last of all");
const late = numbers.length;

// %% Sum join=done
export const sum = late;
`;

test.describe.configure({ mode: "serial", timeout: 240_000 });

let home: string;
let heddle: Heddle;
let page: Page;
let runId: string;
let notebookId: string;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000);
  home = makeHome();
  heddle = await startHeddle(home, { DOCKER_HOST: "unix:///nowhere.sock" });
  page = await (await browser.newContext({ baseURL: heddle.url })).newPage();
  await signIn(page, heddle);
  ({ id: notebookId } = await callApi<{ id: string }>(page, "notebook.import", { fileName: "large.ts", text }));
  ({ id: runId } = await callApi<{ id: string }>(page, "run.start", { notebookId, revision: 1, cache: "off" }));
});
test.afterAll(async () => {
  await heddle.stop();
  fs.rmSync(home, { recursive: true, force: true });
});

/** Kilobytes of answers to the page's own questions while `work` goes on. */
async function sent(work: () => Promise<unknown>): Promise<number> {
  const bodies: Promise<number>[] = [];
  const note = (response: Response) => {
    if (response.url().includes("/api/trpc/"))
      bodies.push(
        response.body().then(
          (body) => body.length,
          () => 0,
        ),
      );
  };
  page.on("response", note);
  await work();
  page.off("response", note);
  return (await Promise.all(bodies)).reduce((a, b) => a + b, 0) / 1000;
}

test("is followed live, and stays small on the page", async () => {
  await page.goto(`/runs/${runId}?tab=tasks&fold=each`);
  await expect(page.locator('[data-run-state="failed"]')).toBeVisible({ timeout: 200_000 });
  await expect(page.getByRole("tab", { name: /Tasks/ })).toContainText("10,003");
  expect(await page.getByRole("row").count()).toBeLessThan(100);
});

test("opens with a few kilobytes, whatever its size", async () => {
  const opened = await sent(async () => {
    await page.goto(`/runs/${runId}?tab=tasks&fold=each`);
    await expect(page.getByRole("button", { name: "[3]", exact: true })).toBeVisible();
  });
  expect(opened).toBeLessThan(100);
  await page.getByLabel("State of the tasks").selectOption("failed");
  await page.getByRole("button", { name: "[7777]", exact: true }).click();
  await expect(page.getByRole("dialog", { name: "Task Each [7777]" })).toContainText("Seven thousand");
});

test("goes to its end by keyboard, in the list and in the timeline", async () => {
  for (const tab of ["tasks", "timeline"]) {
    await page.goto(`/runs/${runId}?tab=${tab}&fold=each&order=graph`);
    await expect(page.getByRole("button", { name: "[3]", exact: true })).toBeVisible();
    await page.getByRole("treegrid").getByRole("row", { level: 1 }).nth(0).focus();
    await page.keyboard.press("End");
    await expect(page.locator(":focus")).toContainText("Sum");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await expect(page.locator(":focus")).toContainText("[9999]");
    // From an element to its fan-out, which is folded, and to the line after it.
    await page.keyboard.press("ArrowLeft");
    await expect(page.locator(":focus")).toContainText("Each");
    await page.keyboard.press("ArrowLeft");
    await expect(page.getByRole("treegrid").getByRole("row", { level: 2 })).toHaveCount(0);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog", { name: "Task Late" })).toBeVisible();
    expect(await page.getByRole("row", { includeHidden: true }).count()).toBeLessThan(100);
  }
});

test("stands by start in the timeline, or by graph when that is chosen", async () => {
  await page.goto(`/runs/${runId}?tab=timeline`);
  const names = page
    .getByRole("treegrid")
    .getByRole("row")
    .getByRole("button", { name: /^(List|Each|Late|Sum)$/ });
  await expect(names).toHaveCount(4);
  const byStart = await names.allInnerTexts();
  expect([byStart[0], byStart[3]]).toEqual(["List", "Sum"]);
  await page.getByLabel("Order of the tasks").selectOption("graph");
  await expect(page).toHaveURL(/order=graph/);
  await expect(names).toHaveText(["List", "Each", "Late", "Sum"]);
});

test("is one node of the graph, a page of events, and one mark of the grid", async () => {
  const bytes = await sent(async () => {
    await page.goto(`/runs/${runId}?task=${runId}-0`);
    await expect(page.getByText("all 10,000")).toBeVisible();
    await page.goto(`/runs/${runId}?tab=events`);
    await expect(page.getByRole("list", { name: "What happened, newest first" })).toContainText(/elements of Each/);
    await page.goto(`/notebooks/${notebookId}/runs`);
    await expect(page.getByRole("link", { name: /^Each, run #\d+: failed.*9,?999 succeeded/ })).toBeVisible();
  });
  expect(bytes).toBeLessThan(300);
});
