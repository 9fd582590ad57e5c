/**
 * The page of a run with 1,000 task runs: milliseconds from the start of the navigation until its tasks are in the page
 * (floor: the page of a run with one element); the longest of 100 frames while somebody scrolls through all of them, and while
 * they run and the page follows (floor of both: an empty page of that height in the same browser).
 */
import type { BrowserContext, Page } from "@playwright/test";
import type { Measurement } from "./bench";
import { median } from "./median";
import { withPages } from "./page-ground";

const tasks = 1000;
const rounds = 5;

export function run(): Promise<Measurement[]> {
  return withPages(async ({ context, mutate, aside }) => {
    const make = (count: number) => mutate<{ id: string }>("notebook.import", { fileName: `tasks-${count}.ts`, text: fanOut(count) });
    const begin = async (notebookId: string) => (await mutate<{ id: string }>("run.start", { notebookId, revision: 1, cache: "off" })).id;
    const start = async (notebookId: string) => {
      const id = await begin(notebookId);
      await aside.goto(`/runs/${id}`);
      await aside.locator('[data-run-state="succeeded"]').waitFor({ timeout: 120_000 });
      return id;
    };
    const notebook = (await make(tasks)).id;
    const large = await start(notebook);
    const small = await start((await make(1)).id);
    const opened: number[] = [];
    const floors: number[] = [];
    const slowest: number[] = [];
    const bare: number[] = [];
    const live: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const [a, b] = [await open(context, large), await open(context, small)];
      // The first one fills the browser's cache.
      if (round > 0) {
        opened.push(a.took);
        floors.push(b.took);
        // A page behind another draws no frames.
        await a.page.bringToFront();
        slowest.push(await scroll(a.page));
        await b.page.bringToFront();
        await b.page.setContent('<div style="height: 32000px"></div>');
        bare.push(await scroll(b.page));
      }
      await a.page.close();
      await b.page.close();
    }
    for (let round = 0; round < 3; round++) {
      const { page } = await open(context, await begin(notebook));
      live.push(await follow(page));
      await page.close();
    }
    const [value, floor, least] = [median(opened), median(floors), median(bare)];
    const frames = (name: string, all: readonly number[]) => {
      const frame = median(all);
      return { name, value: frame, unit: "ms", floor: least, ratio: Number((frame / least).toPrecision(3)) };
    };
    return [
      { name: "runpage1000", value, unit: "ms", floor, ratio: Number((value / floor).toPrecision(3)) },
      frames("runpage1000-scroll", slowest),
      frames("runpage1000-live", live),
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

/** The 99th of 100 frames until the run has ended. */
function follow(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const frames: number[] = [];
    let last = await new Promise<number>(requestAnimationFrame);
    while (!document.querySelector('[data-run-state="succeeded"]') && frames.length < 5000) {
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
