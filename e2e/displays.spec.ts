/** What cells show: formulas, diagrams, trees that are searched, long texts, pictures, sealed HTML, errors with all their frames. */
import type { Page } from "@playwright/test";
import { expect, test } from "./heddle";
import { importNotebook } from "./import-notebook";

const cell = (page: Page, index: number) => page.locator("[data-cell]").nth(index);
const scripts = (page: Page) =>
  page.evaluate(
    () =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => name)
        .filter((name) => name.endsWith(".js")).length,
  );

test("formulas and diagrams are drawn from what comes with them, and with them only", async ({ signedIn: page }) => {
  await importNotebook(page, "plain.ts", "// %% [markdown]\n// Costs $5 and $6.\n");
  await expect(cell(page, 0)).toContainText("Costs $5 and $6.");
  const plain = await scripts(page);
  await importNotebook(
    page,
    "rich.ts",
    "// %% [markdown]\n// The loss is $\\frac{1}{n} \\sum_i e_i^2$.\n//\n// ```mermaid\n// flowchart LR\n//   Load --> Train\n// ```\n//\n// ```mermaid\n// flowchart LR\n//   -->\n// ```\n",
  );
  await expect(cell(page, 0).locator("[data-math] .katex")).toBeVisible();
  await expect(cell(page, 0).locator("[data-math] math")).toHaveCount(1);
  await expect(cell(page, 0).getByRole("img", { name: "Diagram: flowchart LR" }).locator("svg")).toContainText("Train", {
    timeout: 30_000,
  });
  await expect(cell(page, 0).getByText("This diagram cannot be drawn")).toBeVisible();
  expect(await scripts(page)).toBeGreaterThan(plain);
  // Letters of formulas are served from here.
  expect(await page.evaluate(() => [...document.fonts].some(({ family, status }) => family.includes("KaTeX") && status === "loaded"))).toBe(
    true,
  );
});

test("a tree is searched, a long text unfolds, HTML is sealed, a picture is a picture", async ({ signedIn: page }) => {
  await importNotebook(
    page,
    "shown.ts",
    `// %% Tree
({ model: { layers: Array.from({ length: 30 }, (_, n) => ({ units: n, name: "layer " + n })) } })

// %% Text
Array.from({ length: 100 }, (_, n) => "line " + n).join("\\n")

// %% Sealed
import { html } from "heddle";
html("<p>inside</p><script>document.body.append(String(window.origin))</script>")

// %% Picture
import { image } from "heddle";
image('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/></svg>')

// %% Deep
function down(n: number): number { return n === 0 ? fail() : down(n - 1) + 1; }
function a() { return b(); }
function b() { return c(); }
function c() { return d(); }
function d() { return e(); }
function e() { return f(); }
function f() { return g(); }
function g() { return h(); }
function h() { return i(); }
function i() { return fail(); }
function fail(): never { throw new RangeError("at the bottom"); }
a();
`,
  );
  await page.keyboard.press("Control+Shift+Enter");
  await cell(page, 0).getByLabel("Search in the value").fill("layer 17", { timeout: 60_000 });
  await expect(cell(page, 0).getByRole("list", { name: "Found" })).toHaveText('model.layers[17].name: "layer 17"');
  await cell(page, 1).getByRole("button", { name: "Show all 100 lines" }).click();
  await expect(cell(page, 1).getByText("line 99")).toBeInViewport();
  const frame = cell(page, 2).frameLocator("iframe");
  await expect(frame.locator("body")).toContainText("inside");
  await expect(frame.locator("body")).toContainText("null");
  await expect(cell(page, 3).getByRole("img", { name: "Picture made by the task" })).toBeVisible();
  const alert = cell(page, 4).getByRole("alert");
  await expect(alert).toContainText("RangeError: at the bottom");
  await alert.getByRole("button", { name: /more$/ }).click();
  await alert.getByRole("button", { name: "deep, line 12" }).click();
  await expect(cell(page, 4).locator(".cm-activeLine")).toContainText("a();");
});
