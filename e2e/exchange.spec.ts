/** Notebooks as files of other kinds: brought in from the list by button and by drop, taken out from the bar and the list. */
import fs from "node:fs";
import type { Page } from "@playwright/test";
import { callApi } from "./call-api";
import { expect, test } from "./heddle";

const jupyter = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "deno", language: "typescript", display_name: "Deno" } },
  cells: [
    { cell_type: "markdown", metadata: {}, source: ["# Old work\n", "from Jupyter"] },
    {
      cell_type: "code",
      metadata: {},
      execution_count: 3,
      source: "const rows = [1, 2, 3];\nrows",
      outputs: [
        { output_type: "stream", name: "stdout", text: "kept from before" },
        {
          output_type: "display_data",
          metadata: {},
          data: { "text/html": "<b>sealed words</b><script>document.body.dataset.ran = 'yes'</script>" },
        },
      ],
    },
    { cell_type: "code", metadata: { vscode: { languageId: "python" } }, execution_count: null, source: "print(1)", outputs: [] },
  ],
});

async function exported(page: Page, item: string): Promise<{ name: string; text: string }> {
  const downloading = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: item }).click();
  const file = await downloading;
  return { name: file.suggestedFilename(), text: fs.readFileSync(await file.path(), "utf8") };
}

test("a notebook of Jupyter is brought in with its outputs", async ({ signedIn: page }) => {
  await page.goto("/notebooks");
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "old.ipynb", mimeType: "application/x-ipynb+json", buffer: Buffer.from(jupyter) });
  await page.waitForURL(/\/notebooks\/[\w-]+$/);
  await expect(page.getByRole("heading", { name: "Old work" })).toBeVisible();
  await expect(page.getByText("kept from before")).toBeVisible();
  await expect(page.frameLocator("iframe").first().getByText("sealed words")).toBeVisible();
  await expect(page.locator("[data-cell]")).toHaveCount(3);
  await expect(page.getByText("run=python")).toBeVisible();
});

test("a dropped file makes a notebook; one that is broken says where", async ({ signedIn: page }) => {
  await page.goto("/notebooks");
  const drop = async (name: string, text: string) => {
    const transfer = await page.evaluateHandle(
      ({ name, text }) => {
        const made = new DataTransfer();
        made.items.add(new File([text], name));
        return made;
      },
      { name, text },
    );
    const target = page.getByRole("searchbox", { name: "Find a notebook" });
    for (const event of ["dragenter", "dragover", "drop"]) await target.dispatchEvent(event, { dataTransfer: transfer });
  };
  await expect(page.getByRole("link", { name: /Fuel economy/ }).first()).toBeVisible();
  await drop("broken.ipynb", '{"nbformat":4,"cells":[{"cell_type":"code","source":7}]}');
  await expect(page.getByText(/Could not import broken\.ipynb.*cells\[0\]\.source/).first()).toBeVisible();
  await drop("dropped.ipynb", jupyter);
  await page.waitForURL(/\/notebooks\/[\w-]+$/);
  await expect(page.getByRole("heading", { name: "Old work" })).toBeVisible();
});

test("a notebook goes out as .ts, .ipynb, .html and .md with its outputs, and comes back", async ({ signedIn: page }) => {
  await page.goto("/notebooks");
  const text =
    '// ---\n// title: Going out\n// ---\n\n// %% Table\nconst rows = [{ name: "a", n: 1 }, { name: "b", n: 2 }];\nrows;\n\n// %% Plot\nimport { chart } from "heddle";\nchart({ mark: "bar", rows, x: { field: "name" }, y: { field: "n" } });\n';
  const { id } = await callApi<{ id: string }>(page, "notebook.import", { fileName: "out.ts", text });
  await page.goto(`/notebooks/${id}`);
  await page.getByRole("button", { name: "Run all" }).first().click();
  await expect(page.locator("a[title^='Run #']")).toHaveAttribute("title", /Succeeded/i, { timeout: 60_000 });
  const menu = () => page.getByRole("button", { name: "Export" }).click();
  await menu();
  expect(await exported(page, "TypeScript")).toEqual({ name: "going-out.ts", text });
  await menu();
  const html = await exported(page, "Page to read");
  expect(html.name).toBe("going-out.html");
  await menu();
  expect((await exported(page, "Markdown")).text).toContain("| name | n |");
  await menu();
  const ipynb = await exported(page, "Jupyter");
  expect(ipynb.text).toContain("image/svg+xml");

  // Read without scripts and without a network.
  const reader = await (await page.context().browser()!.newContext({ javaScriptEnabled: false, offline: true })).newPage();
  await reader.setContent(html.text);
  await expect(reader.getByRole("heading", { name: "Going out" })).toBeVisible();
  await expect(reader.getByRole("cell", { name: "b" })).toBeVisible();
  await expect(reader.locator("svg")).toBeVisible();
  await reader.context().close();

  await page.goto("/notebooks");
  await page.getByRole("button", { name: "More for Going out" }).click();
  expect((await exported(page, "Jupyter")).text).toBe(ipynb.text);
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "back.ipynb", mimeType: "application/json", buffer: Buffer.from(ipynb.text) });
  await page.waitForURL((url) => /\/notebooks\/[\w-]+$/.test(url.pathname) && !url.pathname.endsWith(id));
  await expect(page.getByRole("grid").first()).toBeVisible();
  await page.getByRole("button", { name: "Export" }).click();
  expect((await exported(page, "TypeScript")).text).toBe(text);
});
