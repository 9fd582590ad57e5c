/**
 * Milliseconds from when a cell wrote its first line until the line is on the page of its run, which was open before the task
 * began; the cell computes without pause afterwards, as training does. Floor: one question of the same page to the server and
 * its answer. `firstlog-slowest` is the slowest of the rounds.
 */
import type { Page } from "@playwright/test";
import type { Measurement } from "./bench";
import { median } from "./median";
import { withPages } from "./page-ground";

const rounds = 9;

const text = `// %% Wait cache=off
await new Promise((resolve) => setTimeout(resolve, 2500));
const waited = true;

// %% Talk cache=off
console.log("written at " + Date.now());
const until = Date.now() + (waited ? 1500 : 0);
let spins = 0;
while (Date.now() < until) spins++;
export const spun = spins;
`;

export function run(): Promise<Measurement[]> {
  return withPages(async ({ context, mutate }) => {
    const { id: notebookId } = await mutate<{ id: string }>("notebook.import", { fileName: "first-line.ts", text });
    const times: number[] = [];
    const floors: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const { id } = await mutate<{ id: string }>("run.start", { notebookId, revision: 1 });
      const page = await context.newPage();
      await page.addInitScript(watchLog);
      await page.goto(`/runs/${id}?task=${id}-1`);
      await page.getByText("Lines appear here as soon as the task starts.").waitFor();
      floors.push(await ask(page));
      await page.waitForFunction(() => (globalThis as Seen).lineSeen !== undefined, undefined, { timeout: 60_000 });
      const took = await page.evaluate(() => (globalThis as Seen).lineSeen!);
      await page.locator('[data-run-state="succeeded"]').waitFor();
      await page.close();
      // The first one starts the machinery.
      if (round > 0) times.push(took);
    }
    const [value, floor] = [median(times), median(floors)];
    const row = (name: string, value: number) => ({ name, value, unit: "ms", floor, ratio: Number((value / floor).toPrecision(3)) });
    return [row("firstlog", value), row("firstlog-slowest", Math.max(...times))];
  });
}

type Seen = { lineSeen?: number };

/** One machine, one clock: the line says when it was written. */
function watchLog(): void {
  const seen = globalThis as Seen;
  new MutationObserver(() => {
    const found = /written at (\d+)/.exec(document.querySelector('[role="log"]')?.textContent ?? "");
    if (found) seen.lineSeen ??= Date.now() - Number(found[1]);
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

function ask(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const began = performance.now();
    await (await fetch("/api/trpc/workspace.session")).text();
    return Math.round((performance.now() - began) * 10) / 10;
  });
}
