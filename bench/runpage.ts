/**
 * The page of a run with 1,000 or 10,000 task runs, in a real browser. Milliseconds from the start of the navigation until its
 * tasks are in the page (floor: the page of a run with one element); the 99th of 100 frames while somebody scrolls through all
 * of them, and while they run and the page follows (floor of both: an empty page of that height in the same browser). Rows with
 * `cpu` tell the same frames by the CPU time of the main thread, which other programs disturb less; `-task` the longest single
 * task of it, which stands in the way of a click. Of 10,000 also the other sides of the run, the grid, and what was sent.
 */
import type { Page } from "@playwright/test";
import type { Measurement } from "./bench";
import { traceFrames, type Frames } from "./frame-trace";
import { median } from "./median";
import { withPages, type PageGround } from "./page-ground";

export function run(): Promise<Measurement[]> {
  return withPages((ground) => measure(ground, 1_000, 5));
}

export function runLarge(): Promise<Measurement[]> {
  return withPages(async (ground) => {
    const rows = await measure(ground, 10_000, 3);
    return [...rows, ...(await otherSides(ground))];
  });
}

let made: { notebook: string; run: string };

async function measure(ground: PageGround, tasks: number, rounds: number): Promise<Measurement[]> {
  const { mutate, aside } = ground;
  const make = (count: number) => mutate<{ id: string }>("notebook.import", { fileName: `tasks-${count}.ts`, text: fanOut(count) });
  const begin = async (notebookId: string) => (await mutate<{ id: string }>("run.start", { notebookId, revision: 1, cache: "off" })).id;
  const start = async (notebookId: string) => {
    const id = await begin(notebookId);
    await aside.goto(`/runs/${id}`);
    await aside.locator('[data-run-state="succeeded"]').waitFor({ timeout: 240_000 });
    return id;
  };
  const notebook = (await make(tasks)).id;
  const large = await start(notebook);
  const small = await start((await make(1)).id);
  made = { notebook, run: large };
  const opened: number[] = [];
  const floors: number[] = [];
  const loading: Frames[] = [];
  const loadingSmall: Frames[] = [];
  const scrolled: Frames[] = [];
  const bare: Frames[] = [];
  const followed: Frames[] = [];
  for (let round = 0; round <= rounds; round++) {
    const [a, b] = [await open(ground, large), await open(ground, small)];
    // The first one fills the browser's cache.
    if (round > 0) {
      opened.push(a.took);
      floors.push(b.took);
      loading.push(a.frames);
      loadingSmall.push(b.frames);
      scrolled.push(await inFront(ground, a.page, () => scroll(a.page)));
      await b.page.setContent('<div style="height: 32000px"></div>');
      bare.push(await inFront(ground, b.page, () => scroll(b.page)));
    }
    await a.page.close();
    await b.page.close();
  }
  for (let round = 0; round < 3; round++) {
    const { page } = await open(ground, await begin(notebook));
    followed.push(await inFront(ground, page, () => page.locator('[data-run-state="succeeded"]').waitFor({ timeout: 240_000 })));
    await page.close();
  }
  const name = `runpage${tasks}`;
  const [value, floor] = [median(opened), median(floors)];
  return [
    { name, value, unit: "ms", floor, ratio: round(value / floor) },
    frames(`${name}-open`, loading, loadingSmall, "longest"),
    ...rowsOf(`${name}-scroll`, scrolled, bare),
    ...rowsOf(`${name}-live`, followed, bare),
  ];
}

/** Ten thousand from every other side: Gantt chart, graph, events, and the grid of the notebook. */
async function otherSides(ground: PageGround): Promise<Measurement[]> {
  const places = {
    timeline: `/runs/${made.run}?tab=timeline&fold=each`,
    graph: `/runs/${made.run}`,
    events: `/runs/${made.run}?tab=events`,
    grid: `/notebooks/${made.notebook}/runs`,
  };
  const rows: Measurement[] = [];
  for (const [side, place] of Object.entries(places)) {
    const page = await ground.context.newPage();
    const sent = countBytes(page);
    await page.goto(place);
    await page.waitForLoadState("networkidle");
    const all = await inFront(ground, page, () => scroll(page));
    rows.push({ name: `runpage10000-${side}-cpu`, value: all.cpu, unit: "ms" });
    rows.push({ name: `runpage10000-${side}-task`, value: all.longestCpu, unit: "ms" });
    rows.push({ name: `runpage10000-${side}-sent`, value: sent(), unit: "KB" });
    await page.close();
  }
  return rows;
}

/** What the page's own questions were answered with, unpacked. */
function countBytes(page: Page): () => number {
  let bytes = 0;
  page.on("response", (response) => {
    if (response.url().includes("/api/"))
      void response.body().then(
        (body) => (bytes += body.length),
        () => undefined,
      );
  });
  return () => Math.round(bytes / 1000);
}

function rowsOf(name: string, all: readonly Frames[], floor: readonly Frames[]): Measurement[] {
  return [frames(name, all, floor, "between"), frames(`${name}-cpu`, all, floor, "cpu"), frames(`${name}-task`, all, floor, "longestCpu")];
}

function frames(name: string, all: readonly Frames[], floors: readonly Frames[], which: keyof Frames): Measurement {
  const [value, floor] = [median(all.map((one) => one[which])), median(floors.map((one) => one[which]))];
  return { name, value, unit: "ms", floor, ratio: round(value / floor) };
}

async function open(ground: PageGround, id: string): Promise<{ page: Page; took: number; frames: Frames }> {
  const page = await ground.context.newPage();
  let took = 0;
  const frames = await traceFrames(ground.browser, page, async () => {
    await page.goto(`/runs/${id}?tab=tasks&fold=each`, { waitUntil: "commit" });
    const shown = await page.waitForFunction(() => (document.querySelector("[data-task-run]") ? performance.now() : undefined), undefined, {
      polling: "raf",
    });
    took = Math.round((await shown.jsonValue())!);
  });
  return { page, took, frames };
}

/** A page behind another draws no frames. */
async function inFront({ browser }: PageGround, page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await page.bringToFront();
  return traceFrames(browser, page, () => Promise.all([page.evaluate(drawAlways), work()]));
}

/** Asks for frames without end, so that there is one to measure whenever the browser can draw. */
function drawAlways(): void {
  const again = () => void requestAnimationFrame(again);
  again();
}

/** From top to end as with a wheel, in 200 frames. */
function scroll(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    for (let n = 0; n < 200; n++) {
      scrollBy(0, document.documentElement.scrollHeight / 200);
      await new Promise(requestAnimationFrame);
    }
  });
}

function round(ratio: number): number {
  return Number(ratio.toPrecision(3));
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
