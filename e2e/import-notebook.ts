/** Brings a notebook's text in by the API of the page's own session, and opens it. */
import type { Page } from "@playwright/test";
import { callApi } from "./call-api";

export async function importNotebook(page: Page, fileName: string, text: string): Promise<string> {
  if (!page.url().startsWith("http")) await page.goto("/notebooks");
  const { id } = await callApi<{ id: string }>(page, "notebook.import", { fileName, text });
  await page.goto(`/notebooks/${id}`);
  await page.locator("[data-cell]").first().waitFor();
  return id;
}
