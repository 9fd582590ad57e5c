/** The Workers page: add one by the command it gives, see it at work, drain it, see it go, remove it. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, makeHome, test } from "./heddle";

const notebook = (file: string) => `// %% Far away pool=e2e
const { existsSync } = process.getBuiltinModule("node:fs");
while (!existsSync(${JSON.stringify(file)})) await new Promise((resolve) => setTimeout(resolve, 50));
export const place = "far";
`;

test("a worker is added, works, is drained, leaves and is removed", async ({ signedIn: page }) => {
  test.setTimeout(180_000);
  await page.goto("/workers");
  const server = page.locator("[data-worker]").filter({ hasText: "This server" });
  // Once its packages are there.
  await expect(server).toContainText("Online", { timeout: 90_000 });
  await page.getByRole("button", { name: "Add a worker" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Pool").fill("e2e");
  await dialog.getByRole("button", { name: "Make its token" }).click();
  const command = await dialog.locator("code").innerText();
  const [, token, origin] = /^HEDDLE_TOKEN=(hdl_[\w-]+) npx heddle worker --server (\S+) --pool e2e$/.exec(command)!;
  await page.keyboard.press("Escape");

  const home = makeHome();
  const worker = spawn(
    process.execPath,
    [
      "bin/heddle.mjs",
      "worker",
      "--server",
      origin!,
      "--pool",
      "e2e",
      "--home",
      home,
      "--name",
      "rig",
      "--slots",
      "2",
      "--label",
      "room=cellar",
      "--executor",
      "process",
    ],
    { env: { ...process.env, HEDDLE_TOKEN: token, HEDDLE_HOME: home }, stdio: "ignore" },
  );
  const gone = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  try {
    const rig = page.locator('[data-worker="rig"]');
    await expect(rig).toContainText("Online", { timeout: 90_000 });
    await expect(rig).toContainText("0 of 2");
    await expect(rig).toContainText("room=cellar");

    const file = path.join(home, "go");
    await page.goto("/notebooks");
    await page.locator('input[type="file"]').setInputFiles({ name: "far.ts", mimeType: "text/plain", buffer: Buffer.from(notebook(file)) });
    await page.waitForURL(/\/notebooks\/.+/);
    await page.getByRole("button", { name: "Run all" }).click();
    await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeVisible();
    await page.goto("/workers");
    await expect(rig).toContainText("1 of 2", { timeout: 60_000 });
    await expect(rig.getByRole("link", { name: /Far away/ })).toBeVisible();

    await rig.getByRole("button", { name: "Drain" }).click();
    await expect(rig).toContainText("Draining");
    await rig.getByRole("button", { name: "Undrain" }).click();
    await expect(rig).toContainText("Online");
    // What it has is ended first.
    worker.kill("SIGINT");
    await expect(rig).toContainText("Draining");
    fs.writeFileSync(file, "");
    await gone;
    await expect(rig).toContainText("Gone");
    await rig.getByRole("button", { name: "Remove" }).click();
    await expect(rig).toHaveCount(0);
  } finally {
    worker.kill("SIGKILL");
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
});
