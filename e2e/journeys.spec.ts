/** What one meets on the way: a page that is closed, a run that is stopped or retried, a small screen, foreign HTML. */
import type { Page } from "@playwright/test";
import { expect, test } from "./heddle";

const long = { timeout: 60_000 };
test.describe.configure({ timeout: 150_000 });

async function importNotebook(page: Page, name: string, text: string): Promise<void> {
  await page.goto("/notebooks");
  await page.locator("input[type=file]").setInputFiles({ name: `${name}.ts`, mimeType: "text/typescript", buffer: Buffer.from(text) });
  await page.waitForURL(/\/notebooks\/[\w-]+$/);
}

const cell = (page: Page, index: number) => page.locator("[data-cell]").nth(index);
const runAll = (page: Page) => page.getByRole("button", { name: "Run all", exact: true });
const stop = (page: Page) => page.getByRole("button", { name: "Stop", exact: true });

const ticking = `// %% Quick
export const quick = 1;

// %% Tick cache=off
for (let i = 1; i <= 600; i++) {
  console.log("tick", i);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
export const ticked = quick;
`;

test("closing the page does not stop a run; coming back shows where it is, and Stop ends it", async ({ signedIn: page }) => {
  await importNotebook(page, "ticking", ticking);
  const address = page.url();
  await runAll(page).click();
  await expect(cell(page, 1).locator('[data-state-icon="running"]').first()).toBeVisible(long);
  const context = page.context();
  await page.close();

  const again = await context.newPage();
  await again.goto(address);
  await expect(stop(again)).toBeVisible();
  await expect(cell(again, 0).locator('[data-state-icon="succeeded"]').first()).toBeVisible(long);
  await expect(cell(again, 1).locator('[data-state-icon="running"]').first()).toBeVisible(long);
  await stop(again).click();
  await expect(cell(again, 1).locator('[data-state-icon="cancelled"]').first()).toBeVisible(long);
  await expect(runAll(again)).toBeVisible();
});

test("a failed run is retried from what failed, and run again as a whole", async ({ signedIn: page }) => {
  await importNotebook(
    page,
    "halting",
    `// %% Load\nexport const rows = [1, 2, 3];\n\n// %% Halt cache=off\nif (rows.length < 4) throw new Error("too few rows");\n`,
  );
  await runAll(page).click();
  await expect(cell(page, 1).getByRole("alert")).toContainText("too few rows", long);
  await page
    .getByRole("link", { name: /^Run #\d+/ })
    .first()
    .click();
  await page.waitForURL(/\/runs\//);
  // The failing task is open already; the page's own actions stay in reach beside it.
  await expect(page.getByRole("dialog", { name: "Task Halt" })).toBeVisible();
  const first = new URL(page.url()).pathname;
  await page.getByRole("button", { name: "Retry", exact: true }).first().click();
  await expect(page.locator('[data-run-state="failed"]')).toBeVisible(long);
  const drawer = page.getByRole("dialog", { name: "Task Halt" });
  await expect(drawer.getByRole("tab", { name: /^Tries/ })).toContainText("2", long);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Run again", exact: true }).click();
  await expect.poll(() => new URL(page.url()).pathname).not.toBe(first);
  await expect(page.locator('[data-run-state="failed"]')).toBeVisible(long);
});

test("a notebook is duplicated with its text", async ({ signedIn: page }) => {
  await importNotebook(page, "twin", `// ---\n// title: Twin\n// ---\n\n// %% Only\nexport const only = 1;\n`);
  await page.goto("/notebooks");
  await page.getByRole("button", { name: "More for Twin", exact: true }).click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  await expect(page.getByRole("link", { name: /Twin/ })).toHaveCount(2);
});

/** Everything that HTML of a cell could try. It writes what came of it into its own page, and nothing may have worked. */
const hostile = `// %% Show
import { html } from "heddle";
html(\`<p id="out">trying</p><script>
const tries = {
  cookie: () => document.cookie === "" ? Promise.reject() : document.cookie,
  parent: () => parent.document.title,
  storage: () => localStorage.length,
  api: () => fetch("/api/trpc/workspace.session", { credentials: "include" }).then((r) => r.text()),
  beyond: () => fetch("https://example.com/"),
  top: () => { top.location.href = "about:blank"; },
};
(async () => {
  const said = [];
  for (const [name, attempt] of Object.entries(tries)) {
    try { await attempt(); said.push(name + " worked"); } catch { said.push(name + " refused"); }
  }
  document.getElementById("out").textContent = said.join(", ");
})();
</script>\`);
`;

test("HTML of a cell lives in a sealed frame", async ({ signedIn: page }) => {
  await importNotebook(page, "hostile", hostile);
  const address = page.url();
  await runAll(page).click();
  const out = cell(page, 0).frameLocator("iframe").locator("#out");
  await expect(out).toHaveText("cookie refused, parent refused, storage refused, api refused, beyond refused, top refused", long);
  expect(page.url()).toBe(address);
  await expect(runAll(page)).toBeVisible();
});

test("on a telephone nothing is cut off", async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  for (const [path, landmark] of [
    ["/notebooks", page.getByRole("link", { name: "Fuel economy" }).first()],
    ["/runs", page.getByRole("row").nth(1)],
    [
      "/compare",
      page
        .getByRole("button", { name: /Add runs|Choose/ })
        .or(page.getByRole("link", { name: /runs/i }))
        .first(),
    ],
    ["/settings", page.getByRole("heading", { name: "Password" })],
  ] as const) {
    await page.goto(path);
    await expect(landmark).toBeVisible();
    expect(await fits(), path).toBe(true);
  }
  await page.goto("/notebooks");
  await page.getByRole("link", { name: "Fuel economy" }).first().click();
  await expect(runAll(page).or(stop(page))).toBeVisible();
  await expect(cell(page, 0)).toBeVisible();
  expect(await fits(), "notebook").toBe(true);
});

test("by keyboard alone: from the list into a notebook, write a cell and run it", async ({ signedIn: page }) => {
  await importNotebook(page, "keys", `// ---\n// title: By keyboard\n// ---\n\n// %% Only\nexport const only = 1;\n`);
  await page.goto("/notebooks");
  const link = page.getByRole("link", { name: "By keyboard" });
  await expect(link).toBeVisible();
  for (let i = 0; i < 60 && !(await link.evaluate((element) => element === document.activeElement)); i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/notebooks\/[\w-]+$/);
  await expect(cell(page, 0)).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("b");
  await page.keyboard.type("export const written = only + 41;");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await expect(cell(page, 1).getByRole("list", { name: "Values" })).toContainText("42", long);
});
