/** What the benches of pages stand on: a Heddle of their own as `npm start` starts it, and a browser that is signed in to it. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { callApi } from "@/e2e/call-api";
import { startHeddle, type Heddle } from "@/e2e/start-heddle";

export interface PageGround {
  readonly heddle: Heddle;
  readonly browser: Browser;
  readonly context: BrowserContext;
  /** Calls a mutation as the page does, and gives what it answers. */
  mutate<T>(procedure: string, input: unknown): Promise<T>;
  /** A page that stays beside the measured ones. */
  readonly aside: Page;
}

export async function withPages<T>(work: (ground: PageGround) => Promise<T>): Promise<T> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-bench-"));
  const heddle = await startHeddle(home);
  try {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    });
    try {
      const context = await browser.newContext({ baseURL: heddle.url, viewport: { width: 1440, height: 900 } });
      const aside = await context.newPage();
      await aside.goto(heddle.link);
      await aside.getByText(/^Not now/).click();
      await aside.waitForURL(/\/notebooks/);
      const mutate = <R>(procedure: string, input: unknown) => callApi<R>(aside, procedure, input);
      return await work({ heddle, browser, context, mutate, aside });
    } finally {
      await browser.close();
    }
  } finally {
    await heddle.stop();
    fs.rmSync(home, { recursive: true, force: true });
  }
}
