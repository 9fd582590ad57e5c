/**
 * Types while writing, in a browser, in a notebook of 500 cells whose types are inferred through twenty others: milliseconds
 * at the 95th percentile from the key to the list of members, and to the mark of what does not fit. Floor: the same with two
 * cells. And the script that opening the notebook downloads, in kB as gzip packs it.
 */
import zlib from "node:zlib";
import type { BrowserContext, Page } from "@playwright/test";
import type { Measurement } from "./bench";
import { withPages } from "./page-ground";

const cells = 500;
const depth = 20;
const rounds = 40;

interface Times {
  readonly completion: number;
  readonly diagnostics: number;
  readonly script: number;
}

export function run(): Promise<Measurement[]> {
  return withPages(async ({ context, mutate }) => {
    const make = (count: number) =>
      mutate<{ id: string }>("notebook.import", { fileName: `types-${count}.ts`, text: writeNotebook(count) });
    // The first one fills the browser's cache, and starts the language server. Each has a text that nobody wrote in before.
    await measure(context, (await make(2)).id, 2, 3);
    const floor = await measure(context, (await make(2)).id, 2, rounds);
    const value = await measure(context, (await make(cells)).id, cells, rounds);
    const rows = (["completion", "diagnostics"] as const).map((name) => ({
      name,
      value: value[name],
      unit: "ms",
      floor: floor[name],
      ratio: Number((value[name] / floor[name]).toPrecision(3)),
    }));
    return [...rows, { name: "script", value: value.script, unit: "kB" }];
  });
}

async function measure(context: BrowserContext, id: string, count: number, rounds: number): Promise<Times> {
  const page = await context.newPage();
  let packed = 0;
  const reading: Promise<void>[] = [];
  page.on("response", (response) => {
    if (!/\.js(\?|$)/.test(response.url())) return;
    reading.push(response.body().then((body) => void (packed += zlib.gzipSync(body).length)));
  });
  await page.addInitScript(watch);
  await page.goto(`/notebooks/${id}`);
  await page.locator("[data-types='ready']").waitFor({ state: "attached" });
  const cell = page.locator("[data-cell]").nth(1);
  await cell.locator(".cm-content").waitFor();
  await Promise.all(reading);
  const script = packed / 1000;
  await cell.locator(".cm-content").click();
  const line = async (text: string) => {
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText(`\n${text}`);
  };
  const clear = async () => {
    await page.keyboard.press("Shift+Home");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Backspace");
  };
  const completion: number[] = [];
  const diagnostics: number[] = [];
  await line("");
  for (let round = 0; round < rounds; round++) {
    await line(`rows${count - 1}`);
    completion.push(await timed(page, ".", "members"));
    await clear();
    await line("const five: 5 = 5");
    diagnostics.push(await timed(page, "5", "mark"));
    diagnostics.push(await timed(page, "Backspace", "no mark"));
    await clear();
  }
  await page.close();
  return { completion: percentile(completion), diagnostics: percentile(diagnostics), script };
}

/** From the key until it is to be seen, by the page's own clock. */
async function timed(page: Page, key: string, what: string): Promise<number> {
  await page.evaluate((what) => (globalThis as unknown as { expect(what: string): void }).expect(what), what);
  await page.keyboard.press(key);
  const handle = await page.waitForFunction(() => (globalThis as unknown as { took?: number }).took);
  return (await handle.jsonValue())!;
}

/** Runs in the page: notes the key and what comes of it. */
function watch(): void {
  const state = globalThis as unknown as { expect(what: string): void; took: number | undefined };
  let wanted = "";
  let start: number | undefined;
  state.expect = (what) => {
    wanted = what;
    start = undefined;
    state.took = undefined;
  };
  addEventListener("keydown", () => (start ??= performance.now()), true);
  const look = () => {
    if (wanted === "" || start === undefined) return;
    const marks = document.querySelectorAll(".cm-lintRange-error").length;
    const members = [...document.querySelectorAll(".cm-tooltip-autocomplete li")].some((each) => each.textContent === "filter");
    if (wanted === "members" ? members : wanted === "mark" ? marks > 0 : marks === 0) {
      state.took = performance.now() - start;
      wanted = "";
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
}

function percentile(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1]!;
}

function writeNotebook(count: number): string {
  const parts = ["// %% Settings\nconst rows0 = [{ id: 0, value: 1, name: 'a' }];\n"];
  for (let n = 1; n < count; n++) {
    // Chains begin anew, as the parts of a real notebook do.
    const from = n % depth === 0 ? 0 : n - 1;
    parts.push(
      `// %% Task ${n}\nimport { metric } from "heddle";\n` +
        `const rows${n} = [...rows${from}, ...rows0].slice(0, 100).map((row, index) => ({ ...row, id: index, value: row.value * 2 }));\n` +
        `const mean${n} = rows${n}.reduce((sum, row) => sum + row.value, 0) / rows${n}.length;\n` +
        `for (let step = 0; step < 10; step++) metric("loss", Math.exp(-step) + mean${n}, { step });\n`,
    );
  }
  return parts.join("\n");
}
