/** The front door: the printed link, a password of one's own, out and in again, and a page that looks as one likes. */
import fs from "node:fs";
import { expect, makeHome, startHeddle, test } from "./heddle";

const password = "warp and weft 12";

test("the owner comes in by the link, sets a password, signs out and in, and turns on the dark", async ({ browser }) => {
  test.setTimeout(120_000);
  const home = makeHome();
  const heddle = await startHeddle(home);
  const context = await browser.newContext({ baseURL: heddle.url, colorScheme: "light" });
  try {
    const page = await context.newPage();
    await page.goto("/runs");
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();

    await page.goto(heddle.link);
    await expect(page.getByRole("heading", { name: "Welcome to Heddle" })).toBeVisible();
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Save and open Heddle" }).click();
    await page.waitForURL(/\/notebooks$/);
    await expect(page.getByRole("link", { name: "Fuel economy" })).toBeVisible();

    await page.getByRole("button", { name: "You" }).click();
    await page.getByRole("menuitem", { name: "Dark" }).click();
    const colours = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    expect(await colours()).toBe("dark");
    await page.reload();
    expect(await colours()).toBe("dark");

    await page.getByRole("button", { name: "You" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in/);
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password").fill("not it, not it");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert").filter({ hasText: /password/i })).toBeVisible();
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("link", { name: "Fuel economy" })).toBeVisible();

    // The link worked once.
    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    await other.goto(heddle.link);
    await expect(other.getByText("This link does not work.")).toBeVisible();
    await stranger.close();
  } finally {
    await context.close();
    await heddle.stop();
    fs.rmSync(home, { recursive: true, force: true });
  }
});
