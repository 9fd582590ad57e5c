/** kill -9 in the middle of a run, then `npm start`: the run ends as if nothing had happened. */
import fs from "node:fs";
import { expect, makeHome, signIn, startHeddle, test } from "./heddle";

const notebook = `// %% Steps
import { metric } from "heddle";
const steps = Array.from({ length: 6 }, (_, n) => n);

// %% Work each="step of steps"
for (let n = 0; n < 20; n++) {
  metric("progress", n, { step: n });
  await new Promise((resolve) => setTimeout(resolve, 40));
}
const done = step;

// %% Sum
export const sum = done.reduce((a, b) => a + b, 0);
`;

test("a run survives kill -9 of the server", async ({ browser }) => {
  test.setTimeout(180_000);
  const home = makeHome();
  let heddle = await startHeddle(home);
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, heddle);
  await page.goto(`${heddle.url}/notebooks`);
  await page.locator('input[type="file"]').setInputFiles({
    name: "work.ts",
    mimeType: "text/plain",
    buffer: Buffer.from(
      notebook
        .replace('import { metric } from "heddle";\nconst steps', "const steps")
        .replace("for (let n", 'import { metric } from "heddle";\nfor (let n'),
    ),
  });
  await page.waitForURL(/\/notebooks\/.+/);
  await page.getByRole("button", { name: "Run all" }).click();
  // Started, not merely asked for: leaving the page takes back what has not reached the server.
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeVisible();
  await page.goto(`${heddle.url}/runs?notebook=${/notebooks\/([\w-]+)/.exec(page.url())![1]!}`);
  await page.locator("[data-run]").click();
  await page.getByRole("tab", { name: /^Tasks/ }).click();
  await expect(page.getByText(/^Running$/).first()).toBeVisible({ timeout: 60_000 });

  await heddle.kill();
  const port = new URL(heddle.url).port;
  heddle = await startHeddle(home, { PORT: port });
  try {
    await page.reload();
    await expect(page.getByLabel("The run in one glance").getByText("Succeeded")).toBeVisible({ timeout: 60_000 });
    await page.getByRole("tab", { name: /^Outputs/ }).click();
    await expect(page.getByText("sum", { exact: true }).first()).toBeVisible();
    await expect(page.getByText("15").first()).toBeVisible();
    // Every point of every element, each once: 6 × 20.
    const points = await page.evaluate(
      async (id) => {
        const input = encodeURIComponent(JSON.stringify({ runIds: [id], names: ["progress"] }));
        const response = await fetch(`/api/trpc/metric.series?input=${input}`);
        const { result } = (await response.json()) as { result: { data: { count: number }[] } };
        return result.data.map(({ count }) => count);
      },
      /\/runs\/([^/?#]+)/.exec(page.url())![1]!,
    );
    expect(points).toEqual([20, 20, 20, 20, 20, 20]);
  } finally {
    await context.close();
    await heddle.stop();
    fs.rmSync(home, { recursive: true, force: true });
  }
});
