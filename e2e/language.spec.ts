/** Types while writing: completion, documentation, definitions, renaming, diagnostics, across cells. */
import type { Locator, Page } from "@playwright/test";
import { callApi } from "./call-api";
import { expect, test } from "./heddle";

const cell = (page: Page, index: number) => page.locator("[data-cell]").nth(index);
const code = (page: Page, index: number) => cell(page, index).locator(".cm-content");

const text = `// %% Load
/** All the cars there are. */
const cars = [{ name: "Ada", horsepower: 100 }];

// %% Split
const folds = [cars.slice(0, 1), cars.slice(1)];

// %% Train each="fold of folds"
const size = fold.length;

// %% Report
export const total = size.reduce((a, b) => a + b, 0) + cars.length;
`;

async function open(page: Page, title: string, source = text): Promise<void> {
  await page.goto("/notebooks");
  const { id } = await callApi<{ id: string }>(page, "notebook.import", { fileName: `${title}.ts`, text: source });
  await page.goto(`/notebooks/${id}`);
  // Its first word about types: from then on there are answers.
  await expect(page.locator("[data-types='ready']")).toBeAttached({ timeout: 30_000 });
}

async function atEnd(page: Page, index: number): Promise<Locator> {
  await code(page, index).click();
  await page.keyboard.press("Control+End");
  return code(page, index);
}

test("names of other cells and their members are completed, with types and documentation", async ({ signedIn: page }) => {
  await open(page, "Completing");
  await atEnd(page, 3);
  await page.keyboard.type("\nca");
  const popup = page.locator(".cm-tooltip-autocomplete");
  await expect(popup.getByRole("option", { name: /^cars$/ })).toBeVisible();
  await page.keyboard.type("rs[0]!.h");
  await expect(popup.getByRole("option", { name: /^horsepower$/ })).toBeVisible();
  await expect(page.locator(".cm-completionInfo")).toContainText("horsepower: number");
  await page.keyboard.press("Enter");
  await expect(code(page, 3)).toContainText("cars[0]!.horsepower");
});

test("a package is imported by completing a name of it", async ({ signedIn: page }) => {
  await open(page, "Importing");
  await atEnd(page, 0);
  await page.keyboard.type("\nconst table = tableFromJ");
  await page
    .locator(".cm-tooltip-autocomplete")
    .getByRole("option", { name: /tableFromJSON/ })
    .first()
    .click();
  await expect(code(page, 0)).toContainText('import { tableFromJSON } from "apache-arrow";');
  await expect(code(page, 0)).toContainText("const table = tableFromJSON");
});

test("hover says what a name is; a mapped task's is a list", async ({ signedIn: page }) => {
  await open(page, "Hovering");
  await code(page, 3).getByText("size", { exact: false }).first().hover();
  const word = code(page, 3).locator(".cm-line").first();
  await hoverWord(page, word, "size");
  await expect(page.locator(".cm-tooltip-hover")).toContainText("const size: number[]");
  await page.mouse.move(5, 5);
  await expect(page.locator(".cm-tooltip-hover")).toHaveCount(0);
  await hoverWord(page, word, "cars");
  await expect(page.locator(".cm-tooltip-hover")).toContainText("All the cars there are.");
});

test("a call shows its signature while it is written", async ({ signedIn: page }) => {
  await open(page, "Calling");
  await atEnd(page, 0);
  await page.keyboard.type("\ncars.slice(");
  await expect(page.locator(".cm-signature")).toContainText("slice(start?: number, end?: number)");
  await expect(page.locator(".cm-signature strong")).toHaveText("start?: number");
  await page.keyboard.type("0, ");
  await expect(page.locator(".cm-signature strong")).toHaveText("end?: number");
});

test("F12 goes to another cell, and into the declarations of a package", async ({ signedIn: page }) => {
  await open(page, "Going");
  await putCursor(page, 3, "cars");
  await page.keyboard.press("F12");
  await expect(code(page, 0)).toBeFocused();
  await putCursor(page, 3, "reduce");
  await page.keyboard.press("F12");
  const dialog = page.getByRole("dialog", { name: /lib\..*\.d\.ts$/ });
  await expect(dialog).toContainText("reduce(");
  await expect(dialog).not.toContainText("/node_modules/");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("Shift F12 lists where a name stands, and each place is one click away", async ({ signedIn: page }) => {
  await open(page, "Listing");
  await putCursor(page, 3, "cars");
  await page.keyboard.press("Shift+F12");
  const dialog = page.getByRole("dialog", { name: "Where cars stands" });
  await expect(dialog.getByRole("listitem")).toHaveCount(4);
  await dialog.getByRole("button", { name: /Split/ }).first().click();
  await expect(code(page, 1)).toBeFocused();
});

test("F2 renames over all cells and their headers, as one step", async ({ signedIn: page }) => {
  await open(page, "Renaming");
  await putCursor(page, 1, "folds");
  await page.keyboard.press("F2");
  const dialog = page.getByRole("dialog", { name: "Rename folds" });
  await dialog.getByLabel("New name").fill("cars");
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toHaveText('"cars" already means something in "load".');
  await dialog.getByLabel("New name").fill("parts");
  await page.keyboard.press("Enter");
  await expect(code(page, 1)).toContainText("const parts = ");
  await expect(cell(page, 2)).toContainText("fold of parts");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(code(page, 1)).toContainText("const folds = ");
  await expect(cell(page, 2)).toContainText("fold of folds");
});

test("what types find is marked and listed, and goes when it is mended", async ({ signedIn: page }) => {
  await open(page, "Marking");
  await atEnd(page, 3);
  await page.keyboard.insertText("\nconst wrong: string = total;");
  await expect(cell(page, 3).locator(".cm-lintRange-error")).toBeVisible();
  await page.getByRole("tab", { name: /Problems/ }).click();
  await expect(page.getByRole("tabpanel")).toContainText("Type 'number' is not assignable to type 'string'.");
  await atEnd(page, 3);
  for (let i = 0; i < " = total;".length; i++) await page.keyboard.press("Backspace");
  await page.keyboard.insertText(" = cars[0]!.name;");
  await expect(cell(page, 3).locator(".cm-lintRange-error")).toHaveCount(0);
  // The cause may lie in another cell.
  await atEnd(page, 0);
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("const cars = [{ name: 5, horsepower: 1 }];");
  await expect(cell(page, 3).locator(".cm-lintRange-error")).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(cell(page, 3).locator(".cm-lintRange-error")).toHaveCount(0);
});

test("types stand at arrows and variables; a value that cannot travel is refused before any run", async ({ signedIn: page }) => {
  await open(
    page,
    "Travelling",
    `// %% Make\nconst model = build();\nfunction build() { return { weights: [1], fit: () => 1 }; }\n\n// %% Use\nconst weights = model.weights;\n`,
  );
  await expect(cell(page, 0).locator(".cm-lintRange-warning")).toBeVisible();
  await page.getByRole("tab", { name: /Problems/ }).click();
  await expect(page.getByRole("tabpanel")).toContainText('"model.fit" is a function, which cannot travel to "Use".');
  await page.getByRole("tab", { name: /Variables/ }).click();
  await expect(page.getByRole("tabpanel")).toContainText("{ weights: number[]; fit: () => number }");
  await page.getByLabel("Show implied types in the code").check();
  await expect(cell(page, 1).locator(".cm-inlay").first()).toHaveText(": number[]");
  await page.getByLabel("Show implied types in the code").uncheck();
  await expect(cell(page, 1).locator(".cm-inlay")).toHaveCount(0);
  await page.getByRole("tab", { name: /Graph/ }).click();
  await page.getByLabel("Graph of tasks").getByRole("button", { name: /^Make/ }).hover();
  await expect(page.getByLabel("Graph of tasks")).toContainText("model: { weights: number[]; fit: () => number }");
});

/** The pointer on the middle of a word of a line. */
async function hoverWord(page: Page, line: Locator, word: string): Promise<void> {
  const box = await wordBox(line, word);
  await page.mouse.move(box.x + box.width / 2 - 2, box.y + box.height / 2);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
}

async function putCursor(page: Page, index: number, word: string): Promise<void> {
  await code(page, index).click();
  const box = await wordBox(code(page, index), word);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

function wordBox(element: Locator, word: string) {
  return element.evaluate((root, word) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = new RegExp(`\\b${word}\\b`).exec(node.textContent ?? "")?.index;
      if (at === undefined) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + word.length);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x, y, width, height };
    }
    throw new Error(`"${word}" is not there.`);
  }, word);
}
