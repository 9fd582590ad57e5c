/**
 * The page of a run with 1,000 task runs: milliseconds from the start of the navigation until its tasks are in the page, and
 * frames while somebody scrolls through all of them, as the longest of 100. Floor: the page of a run with one task.
 */
import type { BrowserContext, Page } from "@playwright/test";
import type { Measurement } from "./bench";
import { median } from "./median";
import { withPages } from "./page-ground";

const tasks = 1000;
const rounds = 5;

export function run(): Promise<Measurement[]> {
  return withPages(async ({ context, mutate, aside }) => {
    const start = async (count: number) => {
      const { id: notebookId } = await mutate<{ id: string }>("notebook.import", { fileName: `tasks-${count}.ts`, text: fanOut(count) });
      const { id } = await mutate<{ id: string }>("run.start", { notebookId, revision: 1 });
      await aside.goto(`/runs/${id}`);
      await aside.locator('[data-run-state="succeeded"]').waitFor({ timeout: 120_000 });
      return id;
    };
    const large = await start(tasks);
    const small = await start(1);
    const opened: number[] = [];
    const floors: number[] = [];
    const slowest: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const [a, b] = [await open(context, large), await open(context, small)];
      // The first one fills the browser's cache.
      if (round > 0) {
        opened.push(a.took);
        floors.push(b.took);
        // A page behind another draws no frames.
        await a.page.bringToFront();
        slowest.push(await scroll(a.page));
      }
      await a.page.close();
      await b.page.close();
    }
    const [value, floor, frame] = [median(opened), median(floors), median(slowest)];
    return [
      { name: "runpage1000", value, unit: "ms", floor, ratio: Number((value / floor).toPrecision(3)) },
      { name: "runpage1000-frame", value: frame, unit: "ms", floor: 16.7, ratio: Number((frame / 16.7).toPrecision(3)) },
    ];
  });
}

async function open(context: BrowserContext, id: string): Promise<{ page: Page; took: number }> {
  const page = await context.newPage();
  await page.goto(`/runs/${id}?tab=tasks&fold=each`, { waitUntil: "commit" });
  const shown = await page.waitForFunction(() => (document.querySelector("[data-task-run]") ? performance.now() : undefined), undefined, {
    polling: "raf",
  });
  return { page, took: Math.round((await shown.jsonValue())!) };
}

/** The 99th of 100 frames while the list moves under the wheel. */
function scroll(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const frames: number[] = [];
    let last = await new Promise<number>(requestAnimationFrame);
    for (let n = 0; n < 200; n++) {
      scrollBy(0, document.documentElement.scrollHeight / 200);
      const now = await new Promise<number>(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
    return Math.round(frames.sort((a, b) => a - b)[Math.floor(frames.length * 0.99)]! * 10) / 10;
  });
}

function fanOut(count: number): string {
  return `// %% Numbers
const numbers = Array.from({ length: ${count} }, (_, n) => n);

// %% Each each="n of numbers"
const one = n + 1;

// %% Sum
export const sum = one.reduce((a, b) => a + b, 0);
`;
}
