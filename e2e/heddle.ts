/**
 * What every journey starts from: one Heddle of its own (`npm start` in a fresh home), and a page that is signed in by the
 * link it prints. Specs that need to stop and start it take `startHeddle` themselves.
 */
import fs from "node:fs";
import path from "node:path";
import { test as base, type BrowserContext, type Page } from "@playwright/test";
import { makeHome, startHeddle, type Heddle } from "./start-heddle";

export { expect } from "@playwright/test";
export { makeHome, startHeddle, type Heddle } from "./start-heddle";

export const test = base.extend<{ signedIn: Page }, { heddle: Heddle; session: string; visits: BrowserContext }>({
  heddle: [
    async ({}, use) => {
      const home = makeHome();
      const heddle = await startHeddle(home);
      await use(heddle);
      await heddle.stop();
      fs.rmSync(home, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 240_000 },
  ],
  /** Cookies of one signed-in person: the link works only once. */
  session: [
    async ({ heddle, browser }, use) => {
      const file = path.join(heddle.home, "session.json");
      const context = await browser.newContext();
      await signIn(await context.newPage(), heddle);
      await context.storageState({ path: file });
      await context.close();
      await use(file);
    },
    { scope: "worker", timeout: 60_000 },
  ],
  /** One for all tests of a worker: scripts are downloaded and compiled once. */
  visits: [
    async ({ browser, heddle, session }, use) => {
      const context = await browser.newContext({ storageState: session, baseURL: heddle.url });
      await use(context);
      await context.close();
    },
    { scope: "worker" },
  ],
  signedIn: async ({ heddle, visits }, use) => {
    const page = await visits.newPage();
    await use(page);
    const last = await visits.newPage();
    for (const each of visits.pages()) if (each !== last) await each.close();
    // The next test finds the pages as somebody who comes for the first time.
    const browser = await visits.newCDPSession(last);
    await browser.send("Storage.clearDataForOrigin", { origin: heddle.url, storageTypes: "local_storage,indexeddb" });
    await last.close();
  },
});

/** Follows the printed link and goes straight in. */
export async function signIn(page: Page, heddle: Heddle): Promise<void> {
  await page.goto(heddle.link);
  await page.getByText(/^Not now/).click();
  await page.waitForURL(/\/notebooks/);
}
