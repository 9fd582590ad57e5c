/** Packages of a notebook: added, used, changed, removed; a registry that is away, and back. With a registry of its own. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Browser, Page } from "@playwright/test";
import { makePackage, startRegistry, type TestRegistry } from "../server/environment/testing/registry";
import { callApi } from "./call-api";
import { expect, makeHome, signIn, startHeddle, test, type Heddle } from "./heddle";

const packages = [
  makePackage("twice", "1.0.0"),
  makePackage("twice", "2.0.0"),
  makePackage("thrice", "1.0.0"),
  makePackage("later", "1.0.0"),
];

let home: string;
let cache: string;
let registry: TestRegistry;
let heddle: Heddle;
let page: Page;

async function open(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ baseURL: heddle.url });
  const opened = await context.newPage();
  await signIn(opened, heddle);
  return opened;
}

test.describe.configure({ mode: "serial" });
test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000);
  home = makeHome();
  cache = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-cache-"));
  // What every notebook has is installed as usual; only what the notebooks add comes from the registry of this file.
  const first = await startHeddle(home);
  const environments = path.join(home, "environments");
  const isInstalled = () =>
    fs.existsSync(environments) &&
    fs.readdirSync(environments).some((name) => fs.existsSync(path.join(environments, name, "heddle-environment.json")));
  await expect.poll(isInstalled, { timeout: 180_000 }).toBe(true);
  await first.stop();
  registry = await startRegistry(packages, cache);
  heddle = await startHeddle(home, registry.env);
  page = await open(browser);
});
test.afterAll(async () => {
  await page.context().close();
  await heddle.stop();
  await registry.close();
  fs.rmSync(home, { recursive: true, force: true });
  fs.rmSync(cache, { recursive: true, force: true });
});

async function make(text: string): Promise<void> {
  const { id } = await callApi<{ id: string }>(page, "notebook.import", { fileName: "packages.ts", text });
  await page.goto(`/notebooks/${id}`);
}

const panel = () => page.getByRole("tabpanel", { name: "Packages" });
const own = () => panel().getByRole("region", { name: "Of this notebook" });
const openPackages = () => page.getByRole("tab", { name: "Packages" }).click();

test("a package is found, added, typed and run; changed; removed, and that is undone", async () => {
  await make("// %% Double\nconst four: string = 2;\n");
  await openPackages();
  await expect(own()).toContainText("None yet");
  registry.hold(false);
  await panel().getByRole("combobox", { name: "Add a package from npm" }).fill("twi");
  await panel().getByRole("option", { name: /twice/ }).click();
  await expect(page.getByText("twice ^2.0.0 is wanted; it is installed now.", { exact: true })).toBeVisible();
  await expect(own()).toContainText("2.0.0");
  await expect(own()).toContainText("MIT");
  await expect(own()).toContainText("Unused: no cell imports it");

  // Its types are known: the wrong one is marked, the right one is not.
  await page.locator(".cm-content").first().click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(
    'import double, { version } from "twice";\nconst wrong: string = double(2);\nexport const found = version;\n',
  );
  await expect(own()).toContainText("in double");
  await page.getByRole("tab", { name: "Problems" }).click();
  await expect(page.getByRole("tabpanel", { name: "Problems" })).toContainText("'number' is not assignable to type 'string'");
  await expect(page.getByRole("tabpanel", { name: "Problems" })).not.toContainText("Cannot find module");
  await page.getByRole("button", { name: "Run all" }).first().click();
  await page.getByRole("tab", { name: "Variables" }).click();
  await openPackages();
  await expect(page.locator("a[title^='Run #']")).toHaveAttribute("title", /Succeeded/i, { timeout: 45_000 });

  const select = own().getByRole("combobox", { name: "Version of twice" });
  await select.focus();
  await expect(select.locator("option", { hasText: /^1\.0\.0$/ })).toHaveCount(1);
  await select.selectOption("1.0.0");
  await expect(own().locator("li")).toContainText("1.0.0");
  await expect(own().locator("strong + span")).toHaveText("1.0.0");
  await own().getByRole("button", { name: "Look for newer versions" }).click();
  await expect(own().getByRole("button", { name: "Update to 2.0.0" })).toBeVisible();

  await own().getByRole("button", { name: "Remove twice" }).click();
  await expect(own()).toContainText("None yet");
  await expect(panel().getByRole("region", { name: "Imported, but not there" })).toContainText("twice");
  await page.getByRole("listitem").filter({ hasText: "Removed twice." }).getByRole("button", { name: "Undo" }).click();
  await expect(own().locator("strong + span")).toHaveText("1.0.0");
});

test("an import that is not there is added from its message", async () => {
  await make('// %% Use\nimport { version } from "thrice";\nexport const found = version;\n');
  await page.getByRole("button", { name: "Add package thrice" }).first().click();
  await expect(panel().getByRole("region", { name: "Of this notebook" })).toContainText("thrice");
  await expect(own().locator("strong + span")).toHaveText("1.0.0");
  await expect(page.getByRole("button", { name: "Add package thrice" })).toHaveCount(0);
});

test("a registry that is away says what to do; the notebook runs on; Try again mends it", async () => {
  await make("// %% Count\nexport const found = 41 + 1;\n");
  await openPackages();
  const { port } = new URL(registry.url);
  await registry.close();
  await panel().getByRole("combobox", { name: "Add a package from npm" }).fill("later");
  await panel().getByRole("button", { name: "Add", exact: true }).click();
  await expect(panel().getByRole("alert")).toContainText("cannot be reached");
  await panel().getByRole("combobox", { name: "Add a package from npm" }).fill("later@1.0.0");
  await panel().getByRole("button", { name: "Add", exact: true }).click();
  await expect(panel().getByText("Not installed.")).toBeVisible({ timeout: 40_000 });
  await expect(panel().getByRole("alert")).toContainText("“later” could not be fetched");
  await page.getByRole("button", { name: "Run all" }).first().click();
  await expect(page.locator("a[title^='Run #']")).toHaveAttribute("title", /Succeeded/i, { timeout: 45_000 });

  registry = await startRegistry(packages, cache, Number(port));
  registry.hold(true);
  const asked = registry.next(/later/);
  await panel().getByRole("button", { name: "Try again" }).click();
  await asked;
  await expect(panel().getByRole("progressbar", { name: "Installing packages" })).toBeVisible();
  registry.hold(false);
  await expect(own().locator("strong + span")).toHaveText("1.0.0");
  await expect(panel().getByText("Not installed.")).toHaveCount(0);
});
