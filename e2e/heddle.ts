/**
 * What every journey starts from: one Heddle of its own (`npm start` in a fresh home), and a page that is signed in by the
 * link it prints. Specs that need to stop and start it take `startHeddle` themselves.
 */
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test as base, type Page } from "@playwright/test";
import { freePort } from "../server/db/embedded-postgres";

export { expect } from "@playwright/test";

export interface Heddle {
  readonly url: string;
  /** The one-time sign-in link of this start. */
  readonly link: string;
  readonly home: string;
  readonly child: ChildProcess;
  /** As Ctrl-C does. Resolves when it is gone. */
  stop(): Promise<void>;
  /** kill -9, as a power cut does. */
  kill(): Promise<void>;
}

export async function startHeddle(home: string, env: Readonly<Record<string, string>> = {}): Promise<Heddle> {
  const port = await freePort();
  const child = spawn(process.execPath, ["bin/start.mjs"], {
    env: { ...process.env, HEDDLE_HOME: home, PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const link = await firstLink(child);
  return {
    url: `http://127.0.0.1:${port}`,
    link,
    home,
    child,
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function firstLink(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (data: Buffer) => {
      output += data.toString();
      const link = /http:\/\/\S*\/sign-in\S*/.exec(output)?.[0];
      if (link) resolve(link);
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.once("exit", (code) => reject(new Error(`Heddle ended with code ${code} before it was ready:\n${output}`)));
  });
}

export function makeHome(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "heddle-e2e-"));
}

export const test = base.extend<{ signedIn: Page }, { heddle: Heddle; session: string }>({
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
  signedIn: async ({ browser, heddle, session }, use) => {
    const context = await browser.newContext({ storageState: session, baseURL: heddle.url });
    await use(await context.newPage());
    await context.close();
  },
});

/** Follows the printed link and goes straight in. */
export async function signIn(page: Page, heddle: Heddle): Promise<void> {
  await page.goto(heddle.link);
  await page.getByText(/^Not now/).click();
  await page.waitForURL(/\/notebooks/);
}
