/** Every page, light and dark, by axe; by keyboard alone; without motion; on a phone. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./heddle";
import { cell, openNotebook, state, take } from "./notebook-page";

const text = `// %% [markdown]
// # A notebook
// With **words** and a [link](https://example.org).

// %% Parameters [params]
import { param } from "heddle";
const factor = param(2, { min: 1, max: 5, title: "Factor" });

// %% Load
import { metric } from "heddle";
const rows = [{ name: "ada", age: 36 }, { name: "alan", age: 41 }];
for (let step = 0; step < 5; step++) metric("loss", 1 / (step + 1), { step });
console.log("loaded", rows.length);
rows

// %% Count
export const count = rows.length * factor;

// %% Off disabled=on
export const off = 1;

// %% Broken
throw new RangeError("too many rows");
`;

/** What axe finds that keeps somebody out: the rule, and where. */
async function violations(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, html, any }) => `${id}: ${target.join(" ")} ${html.slice(0, 160)} ${any[0]?.message ?? ""}`),
    );
}

async function check(page: Page, what: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect.soft(await violations(page), `${what}, ${colorScheme}`).toEqual([]);
  }
}

/** A notebook that has run, with a failure in it; gives the address of its run. */
async function openRan(page: Page): Promise<string> {
  await openNotebook(page, "accessible", text);
  await page.keyboard.press("Control+Shift+Enter");
  await expect(state(page, 5, "failed")).toBeVisible({ timeout: 60_000 });
  await expect(cell(page, 3).getByRole("list", { name: "Values" })).toBeVisible({ timeout: 60_000 });
  return (await page
    .getByRole("link", { name: /^Run #/ })
    .first()
    .getAttribute("href"))!;
}

test("axe finds nothing serious in the editor, whatever is open in it, light or dark", async ({ signedIn: page }) => {
  test.setTimeout(300_000);
  await openRan(page);
  await take(page, 2);
  for (const [at, tab] of ["Graph", "Outline", "Variables", "Problems", "Parameters", "Scratch"].entries()) {
    await page.keyboard.press(`Alt+Shift+${at + 1}`);
    await expect(page.getByRole("tab", { name: new RegExp(`^${tab}`) })).toHaveAttribute("aria-selected", "true");
    await check(page, `editor, ${tab}`);
  }
  await take(page, 2);
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Control+H");
  await page.getByRole("search").getByLabel("Find", { exact: true }).fill("rows");
  await check(page, "editor, finding, two cells taken");
  await page.keyboard.press("Escape");
  await take(page, 2);
  await page.keyboard.press("l");
  await expect(page.getByRole("log")).toContainText("loaded");
  await check(page, "editor, log");
  await take(page, 2);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await check(page, "keys");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+K");
  await expect(page.getByRole("dialog", { name: "Palette" }).getByRole("option").first()).toBeVisible();
  await check(page, "palette");
});

test("axe finds nothing serious on the other pages, light or dark", async ({ browser, heddle, signedIn: page }) => {
  test.setTimeout(300_000);
  const stranger = await (await browser.newContext({ baseURL: heddle.url })).newPage();
  await stranger.goto("/sign-in");
  await expect(stranger.getByRole("heading").first()).toBeVisible();
  await check(stranger, "sign-in");
  await stranger.context().close();

  await openRan(page);
  const editor = page.url();
  for (const [path, ready] of [
    ["/notebooks", "A notebook"],
    [`${editor}/versions`, "A notebook"],
    [`${editor}/runs`, "Count"],
    ["/runs", "A notebook"],
    ["/compare", /compare/i],
    ["/inbox", /inbox/i],
    ["/pools", "default"],
    ["/workers", /workers/i],
    ["/settings", /settings/i],
  ] as const) {
    await page.goto(path);
    await expect(page.locator("main").getByText(ready).filter({ visible: true }).first()).toBeVisible();
    await expect(page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
    await check(page, path.replace(editor, "notebook"));
  }
});

test("axe finds nothing serious on the page of a run, tab by tab, light or dark", async ({ signedIn: page }) => {
  test.setTimeout(300_000);
  const run = await openRan(page);
  await page.goto(run);
  const tabs = page.locator("main").getByRole("tab");
  await expect(tabs.first()).toBeVisible();
  // The task that failed is open already; it stands over the last tabs.
  await expect(page.getByRole("dialog").getByRole("tabpanel")).toBeVisible();
  await check(page, "run, the task that failed");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Close/ })
    .first()
    .click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const count = await tabs.count();
  for (let index = 0; index < count; index++) {
    await tabs.nth(index).click();
    await expect(tabs.nth(index)).toHaveAttribute("aria-selected", "true");
    await check(page, `run, ${await tabs.nth(index).innerText()}`);
  }
});

test("a notebook is written, run and read by keyboard alone, from the skip link on", async ({ signedIn: page }) => {
  await openNotebook(page, "keyboard", "// %% A\nexport const a = 41;\n");
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("j");
  await expect(cell(page, 0)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(cell(page, 0).locator(".cm-content")).toBeFocused();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type(" + 1");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(cell(page, 0)).toBeFocused();
  await page.keyboard.press("Control+Enter");
  await expect(cell(page, 0).getByRole("list", { name: "Values" })).toContainText("42", { timeout: 45_000 });
  // From a cell, Tab goes through what it offers and on; the focus is always to be seen.
  for (let step = 0; step < 8; step++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const box = document.activeElement?.getBoundingClientRect();
      return box !== undefined && box.width > 0 && box.height > 0;
    });
    expect(seen).toBe(true);
  }
});

test("who wants no motion gets none", async ({ signedIn: page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openNotebook(page, "still", text);
  await page.keyboard.press("Control+F");
  await expect(page.getByRole("search")).toBeVisible();
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("body *")]
      .filter((element) => {
        const style = getComputedStyle(element);
        const longest = (times: string) =>
          Math.max(...times.split(",").map((time) => Number.parseFloat(time) * (time.includes("ms") ? 1 : 1000)));
        return (
          (style.animationName !== "none" && longest(style.animationDuration) > 10) ||
          (style.transitionProperty !== "none" && longest(style.transitionDuration) > 10)
        );
      })
      .map((element) => `${element.tagName} ${element.className.toString()}`),
  );
  expect(moving).toEqual([]);
});

test("at 390 px no page is wider than the screen", async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openNotebook(page, "narrow", text);
  const editor = page.url();
  const fits = async (what: string) => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(width, what).toBeLessThanOrEqual(390);
  };
  await fits("editor");
  await page.keyboard.press("Control+H");
  await expect(page.getByRole("search")).toBeVisible();
  await fits("finding");
  await page.keyboard.press("Escape");
  for (let tab = 1; tab <= 6; tab++) {
    await page.keyboard.press(`Alt+Shift+${tab}`);
    await expect(page.locator("aside").getByRole("tab", { selected: true })).toBeVisible();
    await fits(`panel ${tab}`);
  }
  await page.keyboard.press("Control+K");
  await expect(page.getByRole("dialog", { name: "Palette" })).toBeVisible();
  await fits("palette");
  for (const path of [
    "/notebooks",
    `${editor}/versions`,
    `${editor}/runs`,
    "/runs",
    "/compare",
    "/inbox",
    "/pools",
    "/workers",
    "/settings",
  ]) {
    await page.goto(path);
    await expect(page.locator("main").getByRole("heading").first()).toBeVisible();
    await fits(path);
  }
});
