/** What journeys through the editor have in common: cells, their text, a notebook from a file. Neighbour: heddle.ts. */
import { expect, type Page } from "@playwright/test";

export const cells = (page: Page) => page.locator("[data-cell]");
export const cell = (page: Page, index: number) => cells(page).nth(index);
export const code = (page: Page, index: number) => cell(page, index).locator(".cm-content");
export const state = (page: Page, index: number, word: string) => cell(page, index).locator(`[data-state-icon="${word}"]`).first();
export const saved = (page: Page) => expect(page.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();
export const titles = (page: Page) =>
  cells(page).evaluateAll((all) => all.map((one) => one.querySelector<HTMLInputElement>('[aria-label="Title of the cell"]')?.value ?? ""));
/** The texts of all cells, as they are to be read. */
export const sources = (page: Page) =>
  cells(page).evaluateAll((all) =>
    all.map((one) =>
      [...one.querySelectorAll(".cm-line")].length > 0
        ? [...one.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n")
        : (one.querySelector(".static-code-text")?.textContent ?? "").replace(/\u200b/g, ""),
    ),
  );

/** Opens a notebook of its own, made from a text. */
export async function openNotebook(page: Page, name: string, text: string): Promise<void> {
  await page.goto("/notebooks");
  await page.locator("input[type=file]").setInputFiles({ name: `${name}.ts`, mimeType: "text/typescript", buffer: Buffer.from(text) });
  await page.waitForURL(/\/notebooks\/[\w-]+$/);
  await expect(cell(page, 0)).toBeVisible();
}

/** Takes a cell as a whole. */
export async function take(page: Page, index: number): Promise<void> {
  await cell(page, index).click({ position: { x: 6, y: 10 } });
  await cell(page, index).focus();
}

/** Escape closes what completion offers, if it does; then it leaves the text. */
export async function leave(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
}
